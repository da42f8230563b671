import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a side reports when it listens. */
export interface Listening {
  readonly port: number;
}

/** A side that is not a part of the application: a small app in a process of its own. */
export class SideApp {
  private address = '';
  private readonly ended: Promise<never>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit').then((): never => {
      throw new Error('The process of a side ended. The lines above give the reason.');
    });
    // It also ends when it is stopped.
    this.ended.catch(() => undefined);
  }

  /** @param file a `*.process.ts` that calls `serveSide`. */
  static async start(file: URL, options: object): Promise<SideApp> {
    // As local/ starts the application.
    const execArgv = [...process.execArgv, '--v8-pool-size=0'];
    const side = new SideApp(fork(fileURLToPath(file), [JSON.stringify(options)], { execArgv }));
    const { port } = (await side.answer()) as Listening;
    side.address = `http://127.0.0.1:${port}`;
    return side;
  }

  get url(): string {
    return this.address;
  }

  /** CPU time of the process since its start, in milliseconds. */
  async processorMs(): Promise<number> {
    this.child.send('cpu');
    return (await this.answer()) as number;
  }

  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended.catch(() => undefined);
  }

  private async answer(): Promise<unknown> {
    const [answer] = (await Promise.race([once(this.child, 'message'), this.ended])) as [unknown];
    return answer;
  }
}
