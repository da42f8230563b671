import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type OneWay, ProxiedConnection } from './proxied-connection.js';

export interface FaultProxyOptions {
  /** A server of this machine, or its port. */
  readonly target: number | { readonly port: number };
}

/** Where bytes are lost: on the way to the server, back to the client, or both. */
export type Direction = OneWay | 'both';

/** Which connections a fault concerns, by the user that they sign in as; '' without a name, and with TLS. */
export type ConcernedUsers = (user: string) => boolean;

/** A TCP proxy on the loopback that simulates network faults. Faults accumulate until `heal()`. */
export interface FaultProxy {
  readonly port: number;
  /** The URL of a standalone server, with this proxy's port instead of the server's. */
  through(url: string): string;
  /** Delays each chunk in both directions, so a round trip takes twice as long. By default on all connections. */
  delay(milliseconds: number, concerned?: ConcernedUsers): void;
  /** Half-open: connections stay open, new ones are accepted, and bytes in this direction are lost. By default on all connections. */
  drop(direction?: Direction, concerned?: ConcernedUsers): void;
  /** Sends RST on all open connections. `newOnesToo` also resets each new one right after it is accepted and counted. */
  reset(options?: { readonly newOnesToo?: boolean }): void;
  /** New connections get ECONNREFUSED from the kernel and are not counted. Open ones stay open. */
  refuse(): void;
  /** Ends all faults. Connections that have lost bytes are reset, because the rest of their data would make no sense. */
  heal(): Promise<void>;
  readonly openConnections: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections accepted in each second since the start. The last item is the current second. */
  acceptedPerSecond(): number[];
  stop(): Promise<void>;
}

const ALL: ConcernedUsers = () => true;
const NO_DELAY = { milliseconds: 0, concerned: ALL };

/** Starts a proxy on a free loopback port. */
export async function startFaultProxy({ target }: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(typeof target === 'number' ? target : target.port);
  await proxy.listen();
  return proxy;
}

class TcpFaultProxy implements FaultProxy {
  port = 0;
  private readonly acceptedAt: number[] = [];
  private readonly connections = new Set<ProxiedConnection>();
  private readonly dropping = new Map<OneWay, ConcernedUsers>();
  private readonly startedAt = Date.now();
  private delayed: { milliseconds: number; concerned: ConcernedUsers } = NO_DELAY;
  private resetting = false;
  private server: Server | undefined;

  constructor(private readonly target: number) {}

  get openConnections(): number {
    return [...this.connections].filter(({ open }) => open).length;
  }

  get accepted(): number {
    return this.acceptedAt.length;
  }

  through(url: string): string {
    return url.replace(new RegExp(`(?<=(127\\.0\\.0\\.1|localhost):)${this.target}(?!\\d)`), `${this.port}`);
  }

  acceptedPerSecond(): number[] {
    const second = (at: number): number => Math.floor((at - this.startedAt) / 1000);
    const counts = Array.from({ length: second(Date.now()) + 1 }, () => 0);
    for (const at of this.acceptedAt) counts[second(at)] = (counts[second(at)] ?? 0) + 1;
    return counts;
  }

  delay(milliseconds: number, concerned = ALL): void {
    this.delayed = { milliseconds, concerned };
  }

  drop(direction: Direction = 'both', concerned = ALL): void {
    for (const way of ['to-server', 'to-client'] as const) {
      if (direction === way || direction === 'both') this.dropping.set(way, concerned);
    }
  }

  reset({ newOnesToo = false } = {}): void {
    this.resetting ||= newOnesToo;
    for (const connection of this.connections) connection.reset();
  }

  refuse(): void {
    // It stops listening at once. Its close event would come only after all open connections have ended.
    this.server?.close();
    this.server = undefined;
  }

  async heal(): Promise<void> {
    this.delayed = NO_DELAY;
    this.dropping.clear();
    this.resetting = false;
    for (const connection of this.connections) if (connection.lostBytes) connection.reset();
    if (!this.server) await this.listen();
  }

  async stop(): Promise<void> {
    this.refuse();
    this.reset();
  }

  async listen(): Promise<void> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.accept(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.');
    this.port = address.port;
    this.server = server;
  }

  private accept(client: Socket): void {
    this.acceptedAt.push(Date.now());
    if (this.resetting) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const connection = new ProxiedConnection(client, this.target, {
      delayOf: (user) => (this.delayed.concerned(user) ? this.delayed.milliseconds : 0),
      isDropped: (way, user) => this.dropping.get(way)?.(user) ?? false,
    });
    this.connections.add(connection);
    connection.onClose(() => this.connections.delete(connection));
  }
}
