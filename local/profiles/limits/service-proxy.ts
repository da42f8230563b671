import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { TlsFiles } from '../../security/tls-files.js';
import type { NodeFront } from '../../stacks/engine-stack.js';
import { ServiceConnection } from './service-connection.js';
import type { CommandRules } from './command-rules.js';

export interface ServiceProxyOptions {
  readonly target: number;
  readonly tls: TlsFiles | undefined;
  readonly rules: CommandRules;
  readonly lifetimeMilliseconds: number;
  readonly onRefusal: (command: string) => void;
}

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** What clients connect to instead of a real server: it has the limits of a managed service, and stays the same when the server is replaced. */
export class ServiceProxy implements NodeFront {
  private readonly sockets = new Set<Socket>();
  private target: number;

  private constructor(
    private readonly options: ServiceProxyOptions,
    private readonly certificate: Certificate | undefined,
    private readonly server: Server,
  ) {
    this.target = options.target;
    // A TLS handshake begins only when the server is there: a client of a server that is down is reset at once.
    server.on('connection', (socket) => void this.accept(socket));
  }

  /** Listens on a free loopback port. With TLS it has the certificate of the servers. */
  static async start(options: ServiceProxyOptions): Promise<ServiceProxy> {
    const { tls } = options;
    const files =
      tls && (await Promise.all([tls.server.cert, tls.server.key, tls.ca].map((f) => readFile(f))));
    const [cert, key, ca] = (files ?? []) as Buffer[];
    const server = createServer({ noDelay: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ServiceProxy(options, cert && key && ca ? { cert, key, ca } : undefined, server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** New connections go to another server. Open ones are closed. */
  retarget(port: number): void {
    if (port === this.target) return;
    this.target = port;
    this.disconnect();
  }

  /** Closes all connections. */
  disconnect(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.disconnect();
    await closed;
  }

  private async accept(socket: Socket): Promise<void> {
    this.track(socket);
    const server = await this.connect();
    if (!server) return void socket.resetAndDestroy();
    const { certificate } = this;
    const client = certificate
      ? this.track(new TLSSocket(socket, { isServer: true, cert: certificate.cert, key: certificate.key }))
      : socket;
    client.resume();
    new ServiceConnection(client, server, this.options).start();
  }

  /** Undefined if the server does not accept the connection. */
  private async connect(): Promise<Socket | undefined> {
    const address = { port: this.target, host: '127.0.0.1', noDelay: true };
    const { certificate } = this;
    const socket = this.track(
      certificate ? connectTls({ ...address, ca: certificate.ca }) : connect(address),
    );
    try {
      await once(socket, certificate ? 'secureConnect' : 'connect');
      return socket;
    } catch {
      return undefined;
    }
  }

  private track<T extends Socket>(socket: T): T {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => socket.destroy());
    return socket;
  }
}
