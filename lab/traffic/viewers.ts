import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Side } from './side.js';

/** Arguments of the process that runs the viewers. */
export interface Audience {
  readonly side: Side['name'];
  readonly urls: readonly string[];
  readonly board: string;
  readonly viewers: number;
}

/** What the viewers have seen since their connections were cut, or since they came. */
export interface Seen {
  /** How many viewers have the top of the board. */
  readonly inStep: number;
  /** Until the last one of them had it, in milliseconds. */
  readonly inStepMs: number;
  /** How many viewers have received a change. */
  readonly changed: number;
  /** Changes that did not continue from what the viewer had. */
  readonly gaps: number;
  /** Connections that ended, or that were not answered in time. */
  readonly retries: number;
}

const CHECK_EVERY_MS = 50;

/** Viewers of the top of a board, in a process of their own. */
export class Viewers {
  private readonly ended: Promise<never>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit').then((): never => {
      throw new Error('The process of the viewers ended. The lines above give the reason.');
    });
    // It also ends when it is stopped.
    this.ended.catch(() => undefined);
  }

  /** They begin to connect. */
  static async start(audience: Audience): Promise<Viewers> {
    const file = fileURLToPath(new URL('viewers.process.ts', import.meta.url));
    return new Viewers(fork(file, [JSON.stringify(audience)]));
  }

  /** Ends all connections. All viewers connect again at once. */
  cut(): void {
    this.child.send('cut');
  }

  /** Resolves with what they have seen as soon as it is enough, or at the time limit. */
  async until(isEnough: (seen: Seen) => boolean, { withinMs, signal }: Limits): Promise<Seen> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      this.child.send('report');
      const [seen] = (await Promise.race([once(this.child, 'message'), this.ended])) as [Seen];
      if (isEnough(seen) || performance.now() > deadline) return seen;
      await wait(CHECK_EVERY_MS, undefined, { signal });
    }
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.ended.catch(() => undefined);
  }
}

interface Limits {
  readonly withinMs: number;
  readonly signal: AbortSignal;
}
