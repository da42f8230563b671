import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of the direct children, [] when there are none or the process is gone. */
export function childrenOf(pid: number): number[] {
  const output =
    process.platform === 'linux'
      ? textOrNothing(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
      : textOrNothing(() => execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' }));
  return output.split(/\s+/).filter(Boolean).map(Number);
}

/** The command line of a process, '' when it is gone. */
export function commandLineOf(pid: number): string {
  return process.platform === 'linux'
    ? textOrNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
    : textOrNothing(() =>
        execFileSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).trim(),
      );
}

/** The pid of the parent, 0 when the process is gone. */
export function parentOf(pid: number): number {
  const output =
    process.platform === 'linux'
      ? textOrNothing(() => readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s*(\d+)/m)?.[1] ?? '')
      : textOrNothing(() => execFileSync('ps', ['-o', 'ppid=', '-p', `${pid}`], { encoding: 'utf8' }));
  return Number(output);
}

/** Whether every thread of the process has stopped, or it has ended. Known on Linux only; elsewhere it is taken for true. */
export function hasStopped(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  const threads = textOrNothing(() => readdirSync(`/proc/${pid}/task`).join(' '));
  return threads
    .split(' ')
    .map((thread) => textOrNothing(() => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')))
    .every((status) => status === '' || /^State:\s*[TtZX]/m.test(status));
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // Gone meanwhile, which is where the signal was to get it.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Both files and both commands fail for a process that has ended. */
function textOrNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
