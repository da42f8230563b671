import { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import type { Gate } from './database-client.js';

const INTERVAL_MS = 250;
/** The second ping uses another connection: one connection that hangs does not mean that the server is silent. */
const MOST_MISSED = 2;

/**
 * Detects that PostgreSQL is silent: paused, or behind a broken network. It then closes the pool's connections, which rejects all waiting
 * statements, and refuses new ones until a ping is answered. A slow statement is not silence, because pings are answered meanwhile.
 */
export class DatabaseHeartbeat implements Gate {
  /** The reason why no connection is opened now. */
  refusal: unknown;
  private missed = 0;
  private next: NodeJS.Timeout | undefined;
  private isStopped = false;
  private readonly bytesReadBefore = new Map<Socket, number>();
  private readonly listeners: ((reason: unknown) => void)[] = [];
  private readonly logger = new Logger('Database');

  constructor(private readonly ping: () => Promise<unknown>) {
    this.beatIn(INTERVAL_MS);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.next);
  }

  /** Calls the listener at each ping that stays without an answer while PostgreSQL is silent. */
  onSilence(listener: (reason: unknown) => void): void {
    this.listeners.push(listener);
  }

  /** Opens the socket of a pool connection. */
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
    for (const listener of this.listeners) listener(error);
  }

  /** Data received since the ping means that the server is busy, not silent. */
  private hasAnsweredOthers(): boolean {
    return [...this.bytesReadBefore].some(([socket, before]) => socket.bytesRead > before);
  }
}

/** PostgreSQL answered with an error, so it is not silent. */
function isAnswer(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  return error instanceof Error && error.cause !== undefined && isAnswer(error.cause);
}
