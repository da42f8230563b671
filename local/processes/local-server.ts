import { freePorts } from '../machine/free-port.js';
import { type Exit, type GuardedCommand, GuardedProcess } from './guarded-process.js';

/** A real server on a free loopback port of this machine. It cannot outlive this process. */
export interface LocalServer {
  /** The program, e.g. `valkey-server`. */
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly port: number;
  /** Of the server itself; another one after `restart()`. */
  readonly pid: number;
  /** SIGKILL; resolves once it has exited. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Stops it if it runs and starts it on the same port with the same settings; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it gracefully, by force after a bound; also when it is paused or dead already. */
  stop(): Promise<void>;
  /** Calls back when the server ends without `kill`, `restart` or `stop` having been asked to. */
  onUnexpectedExit(listener: (exit: Exit) => void): void;
}

/** What a kind of server needs said about it to be run by `startServer`. */
export interface ServerRecipe {
  readonly name: string;
  readonly version: string;
  readonly url: (port: number) => string;
  readonly command: (port: number) => GuardedCommand;
  /** Resolves when this very process answers on the port, not a stranger that took it meanwhile. */
  readonly ready: (process: GuardedProcess, port: number) => Promise<void>;
  readonly readyWithinSeconds: number;
  /** A failure that passes by itself, e.g. a predecessor that is still going; tried again until the time is up. */
  readonly passingFailure?: RegExp;
  /** What somebody can do when it does not start. */
  readonly remedy: string;
  /** Where it must listen, because others were told so already; without it, on any free port. */
  readonly port?: number;
  /** After the last stop. */
  readonly dispose?: () => Promise<void>;
}

const PORT_TAKEN = /address already in use/i;
const PORT_ATTEMPTS = 5;
const RETRY_MILLISECONDS = 250;

/** Calls `start` with free ports, and again with others when strangers took one before it listened there. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

/** Starts a server on its port, or on a free one, and resolves when it answers. */
export async function startServer(recipe: ServerRecipe): Promise<LocalServer> {
  const start = async ([port = 0]: number[]): Promise<LocalServer> => {
    const server = new RunningServer(recipe, port);
    await server.start();
    return server;
  };
  try {
    return await (recipe.port ? start([recipe.port]) : onFreePorts(1, start));
  } catch (error) {
    await recipe.dispose?.();
    throw error;
  }
}

class RunningServer implements LocalServer {
  private readonly listeners: ((exit: Exit) => void)[] = [];
  private process: GuardedProcess | undefined;
  private ending = false;

  constructor(
    private readonly recipe: ServerRecipe,
    readonly port: number,
  ) {}

  get name(): string {
    return this.recipe.name;
  }

  get version(): string {
    return this.recipe.version;
  }

  get url(): string {
    return this.recipe.url(this.port);
  }

  get pid(): number {
    if (!this.process) throw new Error(`${this.name} was never started.`);
    return this.process.pid;
  }

  async start(): Promise<void> {
    const deadline = Date.now() + this.recipe.readyWithinSeconds * 1000;
    for (;;) {
      const failure = await this.startOnce(deadline);
      if (!failure) return;
      if (!this.recipe.passingFailure?.test(failure) || Date.now() > deadline) throw this.startError(failure);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }

  async kill(): Promise<void> {
    this.ending = true;
    this.process?.signal('SIGKILL');
    await this.process?.exited;
  }

  pause(): void {
    this.process?.signal('SIGSTOP');
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  async restart(): Promise<void> {
    this.ending = true;
    await this.process?.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    this.ending = true;
    await this.process?.stop();
    await this.recipe.dispose?.();
  }

  onUnexpectedExit(listener: (exit: Exit) => void): void {
    this.listeners.push(listener);
  }

  /** What failed, as the server's own log says it, or undefined when it answers. */
  private async startOnce(deadline: number): Promise<string | undefined> {
    const process = await GuardedProcess.start(this.recipe.command(this.port));
    this.process = process;
    const outcome = await Promise.race([
      this.recipe.ready(process, this.port).then(
        () => 'ready' as const,
        () => 'failed' as const,
      ),
      process.exited.then(() => 'failed' as const),
      until(deadline).then(() => 'late' as const),
    ]);
    if (outcome === 'ready') {
      this.watch(process);
      return undefined;
    }
    const exit = await process.stop();
    const what = outcome === 'late' ? `did not answer within ${this.recipe.readyWithinSeconds} s` : exit.text;
    return `${what}. Its log ends with:\n${process.log || '(it wrote nothing)'}`;
  }

  private watch(process: GuardedProcess): void {
    this.ending = false;
    const tell = (exit: Exit): void => {
      if (this.ending || this.process !== process) return;
      for (const listener of this.listeners) listener(exit);
    };
    void process.exited.then(tell);
  }

  private startError(failure: string): Error {
    return new Error(`${this.name} ${failure}\n${this.recipe.remedy}`);
  }
}

/** Does not keep this process alive. */
function until(deadline: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, deadline - Date.now()).unref());
}
