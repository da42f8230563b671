import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 100;

/** A round-robin load balancer that checks `/health/ready`, keeps connections open, and never retries. */
export class Balancer {
  private readonly ready = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;
  private readonly checking = new AbortController();
  private turn = 0;

  constructor(private readonly nodes: readonly string[]) {
    this.server = createServer((incoming, answer) => this.forward(incoming, answer));
    this.server.keepAliveTimeout = 60_000;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
    for (const node of this.nodes) void this.check(node);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.checking.abort();
    this.agent.destroy();
    this.server.close();
    this.server.closeAllConnections();
  }

  isReady(node: string): boolean {
    return this.ready.has(node);
  }

  private async check(node: string): Promise<void> {
    const { signal } = this.checking;
    while (!signal.aborted) {
      const isReady = await fetch(`${node}/health/ready`, { signal }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) this.ready.add(node);
      else this.ready.delete(node);
      await delay(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const nodes = [...this.ready];
    const node = nodes[this.turn++ % nodes.length];
    // Without a ready node the connection breaks, which the test counts.
    if (node === undefined) return void incoming.socket.destroy();
    const { method, url = '/', headers } = incoming;
    const sent = request(node + url, { agent: this.agent, method, headers }, (response) => {
      // `connection` is a hop-by-hop header.
      const { connection: _connection, ...forwarded } = response.headers;
      answer.writeHead(response.statusCode ?? 502, forwarded);
      response.on('error', () => incoming.socket.destroy()).pipe(answer);
    });
    sent.on('error', () => incoming.socket.destroy());
    incoming.pipe(sent);
  }
}
