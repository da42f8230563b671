import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import { commandLineOf } from '../../../local/process-tree.js';

const ROOT = new URL('../../..', import.meta.url);

/** A TypeScript program of this repository as a process of its own, with its output by line. */
export class Program {
  readonly lines: string[] = [];
  readonly process: ChildProcess;
  readonly exited: Promise<unknown[]>;

  constructor(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.exited = once(this.process, 'close');
  }

  /** Resolves with the match in the first line that has one. */
  async says(pattern: RegExp, withinSeconds = 30): Promise<RegExpExecArray> {
    return vi.waitFor(
      () => {
        const match = this.lines.map((line) => pattern.exec(line)).find(Boolean);
        if (match) return match;
        throw new Error(`Nothing like ${pattern} among:\n${this.lines.join('\n')}`);
      },
      { timeout: withinSeconds * 1000, interval: 20 },
    );
  }

  async exitCode(): Promise<unknown> {
    return (await this.exited)[0];
  }
}

/** Resolves when none of the processes runs any more. */
export async function allGone(pids: readonly number[], withinSeconds = 15): Promise<void> {
  await vi.waitFor(
    () => {
      // A dead process that nobody has waited for yet keeps its pid, but has no command line.
      const running = pids.map((pid) => commandLineOf(pid)).filter(Boolean);
      if (running.length > 0) throw new Error(`Still running:\n${running.join('\n')}`);
    },
    { timeout: withinSeconds * 1000, interval: 20 },
  );
}
