import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { vi } from 'vitest';
import { commandLineOf } from '../../../local/processes/process-tree.js';

const ROOT = new URL('../../..', import.meta.url);

/** Runs a TypeScript program of this repository in a separate process and collects its output lines. */
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

  /** Resolves with the first match in its output. Rejects when the program ends without one. */
  async says(pattern: RegExp, withinSeconds = 60): Promise<RegExpExecArray> {
    const find = () => this.lines.map((line) => pattern.exec(line)).find(Boolean);
    const inTime = vi.waitUntil(find, { timeout: withinSeconds * 1000, interval: 20 }).catch(() => undefined);
    const match = (await Promise.race([inTime, this.exited.then(find)])) ?? find();
    if (match) return match;
    throw new Error(`No line matches ${pattern} in:\n${this.lines.join('\n')}`);
  }

  async exitCode(): Promise<unknown> {
    return (await this.exited)[0];
  }
}

/** Waits for processes to end. Returns the command lines of those that still run after the time limit. */
export async function survivors(pids: readonly number[], withinSeconds = 15): Promise<string[]> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    // A zombie process still has a pid, but no command line.
    const running = pids.map((pid) => commandLineOf(pid)).filter(Boolean);
    if (running.length === 0 || Date.now() > deadline) return running;
    await wait(20);
  }
}
