import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * Requests paths again and again over several connections, one request at a time on each. Costs a few microseconds a request, so that the
 * server is what limits the rate.
 */
export class HttpClient {
  private constructor(private readonly connections: readonly Connection[]) {}

  static async open(port: number, count: number): Promise<HttpClient> {
    const sockets = Array.from({ length: count }, () => connect({ port, host: '127.0.0.1', noDelay: true }));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return new HttpClient(sockets.map((socket) => new Connection(socket)));
  }

  /** Resolves when all are answered. `pathOf` gets the number of the request, `onAnswer` its time in milliseconds. */
  async get(
    pathOf: (request: number) => string,
    requests: number,
    onAnswer?: (ms: number) => void,
  ): Promise<void> {
    await this.loop(pathOf, (next) => next < requests, onAnswer);
  }

  /** The same for a time. Resolves with the number of requests. */
  async getFor(
    seconds: number,
    pathOf: (request: number) => string,
    onAnswer?: (ms: number) => void,
  ): Promise<number> {
    const endsAt = performance.now() + 1000 * seconds;
    return this.loop(pathOf, () => performance.now() < endsAt, onAnswer);
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private async loop(
    pathOf: (request: number) => string,
    goesOn: (request: number) => boolean,
    onAnswer: ((ms: number) => void) | undefined,
  ): Promise<number> {
    let next = 0;
    const loops = this.connections.map(async (connection) => {
      while (goesOn(next)) {
        const startedAt = onAnswer ? performance.now() : 0;
        await connection.get(pathOf(next++));
        onAnswer?.(performance.now() - startedAt);
      }
    });
    await Promise.all(loops);
    return next;
  }
}

/** Resolves each request after the last byte of an answer 200 with a Content-Length. */
class Connection {
  /** Bytes of the answer that have not arrived. Undefined before its head. */
  private missing: number | undefined;
  private resolve: () => void = ignore;
  private reject: (error: Error) => void = ignore;

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', ignore);
    socket.on('close', () => this.reject(new Error('The server closed the connection.')));
  }

  get(path: string): Promise<void> {
    this.missing = undefined;
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1${HEAD_END}`);
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  close(): void {
    this.resolve();
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.missing ??= lengthOf(chunk);
    this.missing -= chunk.length;
    if (this.missing === 0) this.resolve();
    else if (this.missing < 0)
      this.reject(new Error('The server answered something else than 200 with a Content-Length.'));
  }
}

/** Of head and body; -1 if there is none. The head comes in one chunk. */
function lengthOf(chunk: Buffer): number {
  const end = chunk.indexOf(HEAD_END) + HEAD_END.length;
  const head = chunk.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return head.startsWith('HTTP/1.1 200') && length !== undefined ? end + Number(length) : -1;
}

function ignore(): void {}
