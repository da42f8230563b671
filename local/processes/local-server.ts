import { freePorts } from '../machine/free-port.js';
import { type Exit, type GuardedCommand, GuardedProcess } from './guarded-process.js';

/** `stopped`: it was killed or ended by itself. */
export type ServerState = 'starting' | 'running' | 'paused' | 'stopped';

/** A real server on a free loopback port of this machine. It cannot outlive this process. */
export interface LocalServer {
  /** The program, for example `valkey-server`. */
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly port: number;
  /** The server's pid. It changes with `restart()`. */
  readonly pid: number;
  readonly state: ServerState;
  /** Sends SIGKILL. Resolves when the server has exited. */
  kill(): Promise<void>;
  /** Sends SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  /** Sends SIGCONT. */
  resume(): void;
  /** Stops the server if it runs, and starts it on the same port with the same settings. Resolves when it answers. */
  restart(): Promise<void>;
  /** Stops the server, and kills it after a time limit. Also works when it is paused or has ended. */
  stop(): Promise<void>;
  /** Calls back when the server ends without a call to `kill`, `restart` or `stop`. */
  onUnexpectedExit(listener: (exit: Exit) => void): void;
}

/** What `startServer` needs to know about a kind of server. */
export interface ServerDefinition {
  readonly name: string;
  readonly version: string;
  readonly url: (port: number) => string;
  readonly command: (port: number) => GuardedCommand;
  /** Resolves when this process answers on the port, and not another one that took the port. */
  readonly ready: (process: GuardedProcess, port: number) => Promise<void>;
  readonly readyWithinSeconds: number;
  /** A temporary failure, for example a predecessor that is still stopping. The start is retried until the time limit. */
  readonly transientFailure?: RegExp;
  /** What to do when the server does not start. */
  readonly remedy: string;
  /** A fixed port that other nodes already know. Default: any free port. */
  readonly port?: number;
  /** Called after `stop()`, and when the start fails. */
  readonly dispose?: () => Promise<void>;
}

const PORT_TAKEN = /address already in use/i;
const PORT_ATTEMPTS = 5;
const RETRY_MILLISECONDS = 250;

/** Calls `start` with free ports. Retries with other ports when another process took one before the server listened there. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

/** Starts a server on its fixed port or on a free one. Resolves when it answers. */
export async function startServer(definition: ServerDefinition): Promise<LocalServer> {
  const start = async ([port = 0]: number[]): Promise<LocalServer> => {
    const server = new RunningServer(definition, port);
    await server.start();
    return server;
  };
  try {
    return await (definition.port ? start([definition.port]) : onFreePorts(1, start));
  } catch (error) {
    await definition.dispose?.();
    throw error;
  }
}

class RunningServer implements LocalServer {
  private readonly listeners: ((exit: Exit) => void)[] = [];
  private process: GuardedProcess | undefined;
  private ending = false;
  private starting = false;
  private paused = false;

  constructor(
    private readonly definition: ServerDefinition,
    readonly port: number,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  get version(): string {
    return this.definition.version;
  }

  get url(): string {
    return this.definition.url(this.port);
  }

  get pid(): number {
    if (!this.process) throw new Error(`${this.name} was never started.`);
    return this.process.pid;
  }

  get state(): ServerState {
    if (this.starting) return 'starting';
    if (!this.process?.running) return 'stopped';
    return this.paused ? 'paused' : 'running';
  }

  async start(): Promise<void> {
    this.starting = true;
    try {
      await this.startWithinLimit();
    } finally {
      this.starting = false;
    }
  }

  async kill(): Promise<void> {
    this.ending = true;
    this.process?.signal('SIGKILL');
    await this.process?.exited;
  }

  pause(): void {
    this.process?.signal('SIGSTOP');
    this.paused = true;
  }

  resume(): void {
    this.process?.signal('SIGCONT');
    this.paused = false;
  }

  async restart(): Promise<void> {
    this.ending = true;
    await this.process?.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    this.ending = true;
    await this.process?.stop();
    await this.definition.dispose?.();
  }

  onUnexpectedExit(listener: (exit: Exit) => void): void {
    this.listeners.push(listener);
  }

  private async startWithinLimit(): Promise<void> {
    const deadline = Date.now() + this.definition.readyWithinSeconds * 1000;
    for (;;) {
      const failure = await this.startOnce(deadline);
      if (!failure) return;
      if (!this.definition.transientFailure?.test(failure) || Date.now() > deadline)
        throw this.startError(failure);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }

  /** Resolves with undefined when the server answers, otherwise with the failure and the end of its log. */
  private async startOnce(deadline: number): Promise<string | undefined> {
    const process = await GuardedProcess.start(this.definition.command(this.port));
    this.process = process;
    this.paused = false;
    const outcome = await Promise.race([
      this.definition.ready(process, this.port).then(
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
    const what =
      outcome === 'late' ? `did not answer within ${this.definition.readyWithinSeconds} s` : exit.text;
    return `${what}. Its log ends with:\n${process.log || '(empty)'}`;
  }

  private watch(process: GuardedProcess): void {
    this.ending = false;
    const report = (exit: Exit): void => {
      if (this.ending || this.process !== process) return;
      for (const listener of this.listeners) listener(exit);
    };
    void process.exited.then(report);
  }

  private startError(failure: string): Error {
    return new Error(`${this.name} ${failure}\n${this.definition.remedy}`);
  }
}

/** The timer does not keep this process alive. */
function until(deadline: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, deadline - Date.now()).unref());
}
