import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsFiles } from '../security/tls-files.js';

const CRLF = '\r\n';

/**
 * The configuration endpoint of a Memcached cluster, as on ElastiCache: it answers `config get cluster` and `version`, and ERROR to
 * everything else. Keys are on the nodes. The real Memcached does not know the command.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoDiscovery.AddingToYourClientLibrary.html
 */
export class MemcachedDiscovery {
  /** Number of answers to `config get cluster`. */
  answers = 0;
  private configurationVersion = 0;
  private ports: readonly number[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(tls: TlsFiles | undefined) {
    const serve = (socket: Socket) => this.serve(socket);
    this.server = tls ? createTlsServer(tlsOptions(tls), serve) : createPlainServer(serve);
  }

  /** Listens on a free loopback port. With TLS it has the certificate of the nodes. */
  static async start(tls: TlsFiles | undefined): Promise<MemcachedDiscovery> {
    const discovery = new MemcachedDiscovery(tls);
    discovery.server.listen(0, '127.0.0.1');
    await once(discovery.server, 'listening');
    return discovery;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Announces the servers on these ports as the nodes, from now on. */
  announce(ports: readonly number[]): void {
    this.ports = ports;
    this.configurationVersion++;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => socket.destroy());
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const lines = `${received}${chunk}`.split(CRLF);
      received = lines.pop() ?? '';
      for (const line of lines) socket.write(this.answer(line));
    });
  }

  private answer(command: string): string {
    if (command === 'version') return `VERSION 1.6.22${CRLF}`;
    if (command !== 'config get cluster') return `ERROR${CRLF}`;
    this.answers++;
    const nodes = this.ports.map((port) => `localhost|127.0.0.1|${port}`).join(' ');
    const block = `${this.configurationVersion}\n${nodes}\n`;
    return `CONFIG cluster 0 ${block.length}${CRLF}${block}${CRLF}END${CRLF}`;
  }
}

function tlsOptions({ server, ca, clientCertificates }: TlsFiles) {
  return {
    cert: readFileSync(server.cert),
    key: readFileSync(server.key),
    ca: readFileSync(ca),
    requestCert: clientCertificates,
  };
}
