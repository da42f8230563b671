import { isClosedByServer } from './refusal.js';

/** Afterwards the commands are tried again: the server may have been restarted at that moment. */
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

  add(command: string): void {
    this.closedAt.set(command, performance.now());
  }

  /** The server answered the command. */
  remove(command: string): void {
    this.closedAt.delete(command);
  }

  handshakeSucceeded(): void {
    this.isSuspected = false;
    this.last = undefined;
  }

  handshakeFailed(reason: unknown): void {
    // One at a time takes longer: after a timeout the next handshake sends all commands at once again.
    if (!isClosedByServer(reason)) this.isSuspected = false;
    else if (this.last !== undefined) {
      if (this.isSuspected) this.add(this.last);
      this.isSuspected = true;
    }
    this.last = undefined;
  }
}
