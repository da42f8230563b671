import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Round, Side } from './getter.process.js';

/** A process of its own that sends GETs and says what they cost it. */
export class Getter {
  private readonly exited: Promise<unknown>;

  private constructor(private readonly process: ChildProcess) {
    this.exited = once(process, 'exit');
  }

  /** Resolves when it is connected. */
  static async start(side: Side, url: string): Promise<Getter> {
    const program = fileURLToPath(new URL('getter.process.js', import.meta.url));
    const getter = new Getter(fork(program, [side, url]));
    await getter.answer();
    return getter;
  }

  /** Microseconds of CPU for the whole round. */
  async send(round: Round): Promise<number> {
    this.process.send(round);
    return this.answer();
  }

  /** Without the channel to us it has nothing left to do. */
  async stop(): Promise<void> {
    if (this.process.connected) this.process.disconnect();
    await this.exited;
  }

  private async answer(): Promise<number> {
    const message = once(this.process, 'message') as Promise<[number]>;
    const failure = this.exited.then((): never => {
      throw new Error('The process that sends GETs has ended; what it wrote above says why.');
    });
    const [cpu] = await Promise.race([message, failure]);
    return cpu;
  }
}
