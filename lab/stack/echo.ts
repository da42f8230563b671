import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { GuardedProcess } from '../../local/processes/guarded-process.js';

const PROGRAM = `
const server = require('node:net').createServer({ noDelay: true }, (socket) => socket.pipe(socket));
server.listen(0, '127.0.0.1', () => console.log('Listening on ' + server.address().port));
`;

/** Another process that sends back what it gets: what a round trip takes on this machine now, if nothing is done. */
export class Echo {
  private constructor(
    private readonly process: GuardedProcess,
    private readonly socket: Socket,
  ) {}

  static async start(): Promise<Echo> {
    const echo = await GuardedProcess.start({
      program: process.execPath,
      args: ['-e', PROGRAM],
      graceSeconds: 1,
    });
    await echo.logged(/Listening on/);
    const socket = connect({
      port: Number(/Listening on (\d+)/.exec(echo.log)?.[1]),
      host: '127.0.0.1',
      noDelay: true,
    });
    await once(socket, 'connect');
    return new Echo(echo, socket);
  }

  /** Resolves when all bytes have come back. */
  async exchange(bytes: Buffer): Promise<void> {
    this.socket.write(bytes);
    for (let left = bytes.length; left > 0;) {
      const [chunk] = (await once(this.socket, 'data')) as [Buffer];
      left -= chunk.length;
    }
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    await this.process.stop();
  }
}
