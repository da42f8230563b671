import { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import type { Gate } from './database-client.js';

const INTERVAL_MS = 250;
/** The second ping has a connection of its own: one connection that hangs is no server that is silent. */
const MOST_MISSED = 2;

/**
 * Detects that PostgreSQL is silent: paused, or behind a network that is gone. Then it closes the pool's connections, which ends every
 * statement that waits, and refuses new ones until a ping is answered. A slow statement is no silence: pings are answered meanwhile.
 */
export class DatabasePulse implements Gate {
  /** Why no connection is made now. */
  refusal: unknown;
  private missed = 0;
  private next: NodeJS.Timeout | undefined;
  private isStopped = false;
  private readonly bytesReadBefore = new Map<Socket, number>();
  private readonly logger = new Logger('Database');

  constructor(private readonly ping: () => Promise<unknown>) {
    this.beatIn(INTERVAL_MS);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.next);
  }

  /** For a connection of the pool. */
  openSocket(): Socket {
    const socket = new Socket();
    this.bytesReadBefore.set(socket, 0);
    return socket.once('close', () => this.bytesReadBefore.delete(socket));
  }

  private answered(): void {
    this.missed = 0;
    if (this.refusal === undefined) return;
    this.refusal = undefined;
    this.logger.log('PostgreSQL answers again.');
  }

  private async beat(): Promise<void> {
    const beganAt = performance.now();
    for (const socket of this.bytesReadBefore.keys()) this.bytesReadBefore.set(socket, socket.bytesRead);
    await this.ping().then(
      () => this.answered(),
      (error: unknown) => this.failed(error),
    );
    if (!this.isStopped) this.beatIn(beganAt + INTERVAL_MS - performance.now());
  }

  private beatIn(ms: number): void {
    this.next = setTimeout(() => void this.beat(), ms).unref();
  }

  private failed(error: unknown): void {
    if (isAnswer(error)) return this.answered();
    this.missed++;
    if (this.missed < MOST_MISSED || this.hasAnsweredOthers() || this.isStopped) return;
    if (this.refusal === undefined)
      this.logger.warn('PostgreSQL does not answer. Requests are refused until it does.');
    this.refusal = error;
    for (const socket of this.bytesReadBefore.keys()) socket.destroy();
  }

  /** Since the ping was sent: the server is busy then, and not silent. */
  private hasAnsweredOthers(): boolean {
    return [...this.bytesReadBefore].some(([socket, before]) => socket.bytesRead > before);
  }
}

/** PostgreSQL says itself what is wrong. */
function isAnswer(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  return error instanceof Error && error.cause !== undefined && isAnswer(error.cause);
}
