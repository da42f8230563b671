import type { LocalServer } from '../../index.js';
import type { Exit, GuardedProcess } from '../../processes/guarded-process.js';
import { type NodeOptions, startAppNode } from './app-nodes.js';

const READY = /^ready /;

/** An app node, which the console can restart. It cannot be killed or paused: the console comes from it. */
export class AppNode implements Pick<LocalServer, 'name' | 'version' | 'port' | 'pid' | 'state' | 'restart'> {
  readonly name = 'app';
  readonly version = process.versions.node;
  private readonly listeners: ((exit: Exit) => void)[] = [];
  private isRestarting = false;
  private isStopping = false;
  /** The process that is told to stop, whose end is expected. */
  private stopped: GuardedProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly options: NodeOptions,
    private current: GuardedProcess,
  ) {
    this.watch();
  }

  /** Does not wait until the node is ready. */
  static async start(port: number, options: NodeOptions): Promise<AppNode> {
    return new AppNode(port, options, await startAppNode(port, options));
  }

  get pid(): number {
    return this.current.pid;
  }

  get state(): LocalServer['state'] {
    if (this.isRestarting) return 'starting';
    return this.current.running ? 'running' : 'stopped';
  }

  /** Resolves before the node stops: it may be the one that has to answer, which it does while it drains. */
  restart(): Promise<void> {
    this.isRestarting = true;
    void this.replace().finally(() => (this.isRestarting = false));
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.end();
  }

  /** Calls back when the node ends without a call to `restart` or `stop`, also while it starts. */
  onUnexpectedExit(listener: (exit: Exit) => void): void {
    this.listeners.push(listener);
  }

  private async replace(): Promise<void> {
    await this.end();
    if (this.isStopping) return;
    this.current = await startAppNode(this.port, this.options);
    this.watch();
    // `watch` reports its exit.
    await this.current.logged(READY).catch(() => undefined);
  }

  private async end(): Promise<void> {
    this.stopped = this.current;
    await this.current.stop();
  }

  private watch(): void {
    const watched = this.current;
    const report = (exit: Exit): void => {
      if (this.stopped !== watched) for (const listener of this.listeners) listener(exit);
    };
    void watched.exited.then(report);
  }
}
