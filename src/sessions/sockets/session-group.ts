import type { Socket } from 'socket.io';
import type { SignedInSession } from '../request/session-responses.js';
import type { CurrentSession, SessionSocketEvents, SocketEnd } from '../sessions.wire.js';

export type SessionSocket = Socket<Record<string, never>, SessionSocketEvents>;

/** The sockets of one session on this node. Times are those of `performance.now()`. */
export class SessionGroup {
  readonly sockets = new Set<SessionSocket>();
  checkedAt = performance.now();
  isBeingChecked = false;
  isBeingTouched = false;
  /** Since when the session could not be read. */
  private unverifiedSince: number | undefined;
  private sentState: string;

  /**
   * @param cookie the cookie header of the handshake, with which the session is read again.
   * @param endsAt when the session ends if it is not used.
   * @param state what the first socket is sent.
   */
  constructor(
    readonly cookie: string | undefined,
    public session: SignedInSession,
    public endsAt: number,
    state: CurrentSession,
  ) {
    this.sentState = JSON.stringify(state);
  }

  isCheckDue(now: number, checkEveryMs: number): boolean {
    if (this.isBeingChecked) return false;
    return now >= this.endsAt || now - this.checkedAt >= checkEveryMs || this.unverifiedSince !== undefined;
  }

  /** Updates the session, and sends the sockets its state if that has changed. */
  update(session: SignedInSession, endsAt: number, state: CurrentSession): void {
    Object.assign(this, { session, endsAt });
    this.unverifiedSince = undefined;
    const text = JSON.stringify(state);
    if (text === this.sentState) return;
    this.sentState = text;
    for (const socket of this.sockets) socket.emit('state', state);
  }

  /** Notes that the last check could not read the session. @returns for how many milliseconds that has been so. */
  markUnverified(): number {
    this.unverifiedSince ??= this.checkedAt;
    return performance.now() - this.unverifiedSince;
  }

  /** Disconnects from this namespace only: the connection may carry others, which need no session. */
  end(reason: SocketEnd): void {
    for (const socket of this.sockets) {
      socket.emit('ended', { reason });
      socket.disconnect();
    }
  }
}
