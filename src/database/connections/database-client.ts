import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { DatabaseUnavailableError } from '../database.errors.js';

/** Decides whether connections may be opened, and can close them. */
export interface Gate {
  /** The reason why no connection may be opened; undefined if they may. */
  readonly refusal: unknown;
  openSocket(): Socket;
}

export interface DatabaseClientConfig extends ClientConfig {
  gate?: Gate;
}

type Connected = (error?: Error) => void;

/** A connection. Any failure to connect is reported as DatabaseUnavailableError: no server, no TLS, wrong password, no free connection. */
export class DatabaseClient extends Client {
  private readonly gate: Gate | undefined;
  private readonly socket: Socket;

  constructor(options: DatabaseClientConfig = {}) {
    const { gate, stream, ...config } = options;
    // A pool of the service may open its sockets itself, as the connectors of cloud services do.
    const socket = (stream ? undefined : gate?.openSocket()) ?? new Socket();
    // A pool hides the password from enumeration.
    super({ ...config, password: options.password, stream: stream ?? (() => socket) });
    this.gate = gate;
    this.socket = socket;
  }

  override connect(): Promise<this>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<this> | void {
    if (!callback)
      return new Promise((resolve, reject) =>
        this.connect((error) => (error ? reject(error) : resolve(this))),
      );
    const fail = (cause: unknown) => {
      this.socket.destroy();
      callback(new DatabaseUnavailableError({ cause }));
    };
    const refusal = this.gate?.refusal;
    if (refusal !== undefined) return queueMicrotask(() => fail(refusal));
    super.connect((error: Error | null) => (error ? fail(error) : callback()));
  }
}
