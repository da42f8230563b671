import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { vi } from 'vitest';
import { commandLineOf } from '../../../local/processes/process-tree.js';

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

  /** Resolves with the match in the first line that has one; rejects when the program has ended without. */
  async says(pattern: RegExp, withinSeconds = 60): Promise<RegExpExecArray> {
    const find = () => this.lines.map((line) => pattern.exec(line)).find(Boolean);
    const inTime = vi.waitUntil(find, { timeout: withinSeconds * 1000, interval: 20 }).catch(() => undefined);
    const match = (await Promise.race([inTime, this.exited.then(find)])) ?? find();
    if (match) return match;
    throw new Error(`Nothing like ${pattern} among:\n${this.lines.join('\n')}`);
  }

  async exitCode(): Promise<unknown> {
    return (await this.exited)[0];
  }
}

/** Command lines of those that still run; waits for them to end before it says any. */
export async function survivors(pids: readonly number[], withinSeconds = 15): Promise<string[]> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    // A dead process that nobody has waited for yet keeps its pid, but has no command line.
    const running = pids.map((pid) => commandLineOf(pid)).filter(Boolean);
    if (running.length === 0 || Date.now() > deadline) return running;
    await wait(20);
  }
}
