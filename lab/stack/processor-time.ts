import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { childrenOf } from '../../local/processes/process-tree.js';

/** The kernel counts in hundredths of a second. */
const MS_PER_TICK = 10;

/** The processor time of PostgreSQL so far, in milliseconds: of its first process, and of all that this one has started. Linux only. */
export async function processorMsOf(pid: number): Promise<number> {
  const own = processorTimeIn(await statOf(pid));
  const children = await Promise.all(childrenOf(pid).map(statOf));
  return children.reduce((sum, stat) => sum + processorTimeIn(stat).ownMs, own.ownMs + own.endedChildrenMs);
}

/** The processor time of the main thread of a process so far, in milliseconds. 0 once it has ended, and where the system does not show it. */
export function mainThreadMsOf(pid: number): number {
  try {
    return processorTimeIn(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')).ownMs;
  } catch {
    return 0;
  }
}

/** What a line of `/proc/PID/stat` says. Source: proc_pid_stat(5) */
export function processorTimeIn(stat: string): { ownMs: number; endedChildrenMs: number } {
  // The name of the program comes before, in parentheses, and may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    ownMs: (user + system) * MS_PER_TICK,
    endedChildrenMs: (childrenUser + childrenSystem) * MS_PER_TICK,
  };
}

/** Empty for a process that has ended meanwhile: its parent counts it then. */
function statOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
}
