import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of the direct children. [] when there are none, or when the process has ended. */
export function childrenOf(pid: number): number[] {
  const output =
    process.platform === 'linux'
      ? textOrEmpty(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
      : textOrEmpty(() => execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' }));
  return output.split(/\s+/).filter(Boolean).map(Number);
}

/** The command line of a process. '' when it has ended. */
export function commandLineOf(pid: number): string {
  return process.platform === 'linux'
    ? textOrEmpty(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
    : textOrEmpty(() => execFileSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).trim());
}

/** The pid of the parent. 0 when the process has ended. */
export function parentOf(pid: number): number {
  const output =
    process.platform === 'linux'
      ? textOrEmpty(() => readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s*(\d+)/m)?.[1] ?? '')
      : textOrEmpty(() => execFileSync('ps', ['-o', 'ppid=', '-p', `${pid}`], { encoding: 'utf8' }));
  return Number(output);
}

/** Whether all threads of the process are stopped, or it has ended. Only Linux shows this; elsewhere the result is true. */
export function hasStopped(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  const threads = textOrEmpty(() => readdirSync(`/proc/${pid}/task`).join(' '));
  return threads
    .split(' ')
    .map((thread) => textOrEmpty(() => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')))
    .every((status) => status === '' || /^State:\s*[TtZX]/m.test(status));
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // ESRCH: the process has already ended.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** The files do not exist and the commands fail when the process has ended. */
function textOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
