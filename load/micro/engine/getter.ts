import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Round, Side } from './getter.process.js';

/** A child process that sends GETs and reports their CPU time. */
export class Getter {
  private readonly exited: Promise<unknown>;

  private constructor(private readonly process: ChildProcess) {
    this.exited = once(process, 'exit');
  }

  /** Resolves when the process is connected to the server. */
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

  /** The process ends when its channel is closed. */
  async stop(): Promise<void> {
    if (this.process.connected) this.process.disconnect();
    await this.exited;
  }

  private async answer(): Promise<number> {
    const message = once(this.process, 'message') as Promise<[number]>;
    const failure = this.exited.then((): never => {
      throw new Error('The process that sends GETs has ended. See its output above.');
    });
    const [cpu] = await Promise.race([message, failure]);
    return cpu;
  }
}
