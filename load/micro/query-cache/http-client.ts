import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Requests one path again and again over several connections, one request at a time on each. Costs a few microseconds a request, so that
 * the server is what limits the rate.
 */
export class HttpClient {
  private constructor(private readonly sockets: readonly Socket[]) {}

  static async open(port: number, connections: number): Promise<HttpClient> {
    const sockets = Array.from({ length: connections }, () =>
      connect({ port, host: '127.0.0.1', noDelay: true }),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return new HttpClient(sockets);
  }

  /** Resolves when all are answered. */
  async get(path: string, requests: number): Promise<void> {
    let left = requests;
    const head = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await Promise.all(
      this.sockets.map(async (socket) => {
        while (left-- > 0) {
          socket.write(head);
          await answerOn(socket);
        }
      }),
    );
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Resolves after the last byte of an answer 200 with a Content-Length. */
function answerOn(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing: number | undefined;
    const fail = () => reject(new Error('The server closed the connection.'));
    const read = (chunk: Buffer) => {
      missing ??= lengthOf(chunk);
      missing -= chunk.length;
      if (missing > 0) return;
      socket.off('data', read).off('close', fail);
      if (missing === 0) resolve();
      else reject(new Error('The server answered something else than 200 with a Content-Length.'));
    };
    socket.on('data', read).on('close', fail);
  });
}

/** Of head and body; -1 if there is none. The head comes in one chunk. */
function lengthOf(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const head = chunk.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return head.startsWith('HTTP/1.1 200') && length !== undefined ? end + Number(length) : -1;
}
