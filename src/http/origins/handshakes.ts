import type { IncomingMessage } from 'node:http';

/**
 * Accepts one handshake per turn of the event loop. When thousands of clients connect at once, for example after a restart, other requests
 * are answered in between instead of after all of them.
 */
export class Handshakes {
  private readonly waiting: (() => void)[] = [];

  /** Calls `accept` when it is the turn of the request. */
  queue({ socket }: Pick<IncomingMessage, 'socket'>, accept: () => void): void {
    // A connection that fails now has no other listener, and an unheard error ends the process.
    socket.on('error', () => undefined);
    this.waiting.push(accept);
    if (this.waiting.length === 1) setImmediate(() => this.acceptNext());
  }

  private acceptNext(): void {
    this.waiting.shift()?.();
    if (this.waiting.length > 0) setImmediate(() => this.acceptNext());
  }
}
