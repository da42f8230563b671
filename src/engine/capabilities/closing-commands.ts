import { isClosedByServer } from './refusal.js';

/** Afterwards a new connection tries the commands again: the server may have been restarted at that moment. */
const FORGET_MS = 600_000;

/**
 * The commands on which one address closes the connection. After a handshake in which it was closed, the next one sends its commands
 * one at a time, and the last one that was sent is not sent again.
 */
export class ClosingCommands {
  /** Whether the last handshake was interrupted. */
  isSuspected = false;
  private readonly closedAt = new Map<string, number>();
  private last: string | undefined;

  has(command: string): boolean {
    return performance.now() - (this.closedAt.get(command) ?? Number.NEGATIVE_INFINITY) < FORGET_MS;
  }

  begin(command: string): void {
    this.last = command;
  }

  handshakeSucceeded(): void {
    this.isSuspected = false;
    this.last = undefined;
  }

  handshakeFailed(reason: unknown): void {
    if (!isClosedByServer(reason) || this.last === undefined) return;
    if (this.isSuspected) this.closedAt.set(this.last, performance.now());
    this.isSuspected = true;
    this.last = undefined;
  }
}
