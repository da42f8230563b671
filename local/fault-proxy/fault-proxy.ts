import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';

export interface FaultProxyOptions {
  /** A server of this machine, or its port. */
  readonly target: number | { readonly port: number };
}

/** Where bytes get lost: on their way to the server, back to the client, or both. */
export type Direction = 'to-server' | 'to-client' | 'both';

/** A TCP proxy on the loopback that can do what networks do. Faults add up until `heal()`. */
export interface FaultProxy {
  readonly port: number;
  /** The URL of a standalone server, with this proxy's port in the place of the server's. */
  through(url: string): string;
  /** Each chunk arrives that much later, in either direction: a round trip takes twice as long. */
  delay(milliseconds: number): void;
  /** Half-open: connections stay, new ones are accepted, and what is sent that way never arrives. */
  drop(direction?: Direction): void;
  /** RST to all open connections; with `newOnesToo` also to each new one right after it is accepted and counted. */
  reset(options?: { readonly newOnesToo?: boolean }): void;
  /** New connections get ECONNREFUSED, uncounted because the kernel refuses them; open ones go on. */
  refuse(): void;
  /** Ends all faults. Connections that have lost bytes are reset: what follows would make no sense to either side. */
  heal(): Promise<void>;
  readonly openConnections: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections accepted in each second since the start, the running one last. */
  acceptedPerSecond(): number[];
  stop(): Promise<void>;
}

export async function startFaultProxy({ target }: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(typeof target === 'number' ? target : target.port);
  await proxy.listen();
  return proxy;
}

type OneWay = Exclude<Direction, 'both'>;

class TcpFaultProxy implements FaultProxy {
  port = 0;
  private readonly acceptedAt: number[] = [];
  private readonly links = new Set<Link>();
  private readonly dropping = new Set<OneWay>();
  private readonly startedAt = Date.now();
  private delayMilliseconds = 0;
  private resetting = false;
  private server: Server | undefined;

  constructor(private readonly target: number) {}

  get openConnections(): number {
    return [...this.links].filter(({ open }) => open).length;
  }

  get accepted(): number {
    return this.acceptedAt.length;
  }

  through(url: string): string {
    return url.replace(new RegExp(`(?<=127\\.0\\.0\\.1:)${this.target}(?!\\d)`), `${this.port}`);
  }

  acceptedPerSecond(): number[] {
    const second = (at: number): number => Math.floor((at - this.startedAt) / 1000);
    const counts = Array.from({ length: second(Date.now()) + 1 }, () => 0);
    for (const at of this.acceptedAt) counts[second(at)] = (counts[second(at)] ?? 0) + 1;
    return counts;
  }

  delay(milliseconds: number): void {
    this.delayMilliseconds = milliseconds;
  }

  drop(direction: Direction = 'both'): void {
    for (const way of ['to-server', 'to-client'] as const) {
      if (direction === way || direction === 'both') this.dropping.add(way);
    }
  }

  reset({ newOnesToo = false } = {}): void {
    this.resetting ||= newOnesToo;
    for (const link of this.links) link.reset();
  }

  refuse(): void {
    // It stops listening at once; its end, which it tells later, waits for the open connections.
    this.server?.close();
    this.server = undefined;
  }

  async heal(): Promise<void> {
    this.delayMilliseconds = 0;
    this.dropping.clear();
    this.resetting = false;
    for (const link of this.links) if (link.lostBytes) link.reset();
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
    const link = new Link(client, this.target, {
      delayMilliseconds: () => this.delayMilliseconds,
      isDropped: (way) => this.dropping.has(way),
    });
    this.links.add(link);
    link.onClose(() => this.links.delete(link));
  }
}

interface Weather {
  readonly delayMilliseconds: () => number;
  readonly isDropped: (way: OneWay) => boolean;
}

/** One client's connection and its continuation to the server. */
class Link {
  lostBytes = false;
  private readonly server: Socket;

  constructor(
    private readonly client: Socket,
    target: number,
    private readonly weather: Weather,
  ) {
    this.server = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    this.server.connect(target, '127.0.0.1');
    this.carry(client, this.server, 'to-server');
    this.carry(this.server, client, 'to-client');
    // What one side suffers, the other gets to know.
    for (const socket of [client, this.server]) socket.on('error', () => this.reset());
  }

  /** As the client sees it. */
  get open(): boolean {
    return !this.client.destroyed && !this.client.readableEnded;
  }

  /** When both sides have. */
  onClose(listener: () => void): void {
    const look = (): void => {
      if (this.client.destroyed && this.server.destroyed) listener();
    };
    for (const socket of [this.client, this.server]) socket.once('close', look);
  }

  reset(): void {
    for (const socket of [this.client, this.server]) {
      // A socket that is still connecting would wait with it.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  private carry(from: Socket, to: Socket, way: OneWay): void {
    const line = new DelayLine();
    const later = (action: () => void): void => line.add(this.weather.delayMilliseconds(), action);
    from.on('data', (chunk: Buffer) => {
      if (this.weather.isDropped(way)) {
        this.lostBytes = true;
        return;
      }
      later(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => {
      // An end is a packet too: a client behind a dead link does not learn of it.
      if (this.weather.isDropped(way)) this.lostBytes = true;
      else later(() => to.end());
    });
    from.on('close', () => {
      if (this.weather.isDropped(way)) this.lostBytes = true;
      else later(() => to.destroySoon());
    });
  }
}

/** What goes one way, in order whatever the delays: one timer, since two that end at the same time may fire in either order. */
class DelayLine {
  private readonly waiting: { readonly at: number; readonly action: () => void }[] = [];

  add(delayMilliseconds: number, action: () => void): void {
    if (delayMilliseconds === 0 && this.waiting.length === 0) return action();
    this.waiting.push({ at: performance.now() + delayMilliseconds, action });
    if (this.waiting.length === 1) this.waitForFirst();
  }

  private waitForFirst(): void {
    const [first] = this.waiting;
    if (first) setTimeout(() => this.letGo(), Math.max(0, first.at - performance.now()));
  }

  private letGo(): void {
    const isDue = () => (this.waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= performance.now();
    while (isDue()) this.waiting.shift()?.action();
    this.waitForFirst();
  }
}
