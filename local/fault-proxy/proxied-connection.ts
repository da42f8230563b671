import { Socket } from 'node:net';
import { DelayLine } from './delay-line.js';
import { signedInUser } from './signed-in-user.js';

export type OneWay = 'to-server' | 'to-client';

/** The faults that apply right now to connections of a user. */
export interface Faults {
  /** In milliseconds. */
  readonly delayOf: (user: string) => number;
  readonly isDropped: (way: OneWay, user: string) => boolean;
}

/** A client's connection and its counterpart to the server. */
export class ProxiedConnection {
  /** Whether a fault has dropped bytes of it. */
  lostBytes = false;
  private readonly server: Socket;
  private user = '';

  constructor(
    private readonly client: Socket,
    target: number,
    private readonly faults: Faults,
  ) {
    this.server = new Socket({ allowHalfOpen: true }).setNoDelay(true);
    this.server.connect(target, '127.0.0.1');
    client.once('data', (chunk: Buffer) => (this.user = signedInUser(chunk)));
    this.forward(client, this.server, 'to-server');
    this.forward(this.server, client, 'to-client');
    // An error on one side is passed on to the other.
    for (const socket of [client, this.server]) socket.on('error', () => this.reset());
  }

  /** As the client sees it. */
  get open(): boolean {
    return !this.client.destroyed && !this.client.readableEnded;
  }

  /** Calls back once both sides are closed. */
  onClose(listener: () => void): void {
    const check = (): void => {
      if (this.client.destroyed && this.server.destroyed) listener();
    };
    for (const socket of [this.client, this.server]) socket.once('close', check);
  }

  reset(): void {
    for (const socket of [this.client, this.server]) {
      // resetAndDestroy would wait for a socket that is still connecting.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  private forward(from: Socket, to: Socket, way: OneWay): void {
    const line = new DelayLine();
    // FIN packets are dropped too: a client behind a half-open connection does not learn that the server has closed it.
    const deliver = (action: () => void): void => {
      if (this.faults.isDropped(way, this.user)) this.lostBytes = true;
      else line.add(this.faults.delayOf(this.user), action);
    };
    from.on('data', (chunk: Buffer) => {
      deliver(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => deliver(() => to.end()));
    from.on('close', () => deliver(() => to.destroySoon()));
  }
}
