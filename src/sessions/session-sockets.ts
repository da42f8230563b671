import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { noSession } from './sessions.errors.js';
import { type SignedInSession, SessionsService } from './sessions.service.js';
import { SessionsStore } from './sessions.store.js';
import type { SessionEnd, SessionSocketEvents } from './sessions.wire.js';

/** The sockets of one session on this node. */
interface Group {
  cookie: string | undefined;
  sockets: Set<SessionSocket>;
  session: SignedInSession;
  /** When it ends unless something is heard of it, here or elsewhere. */
  endsAt: number;
  checkedAt: number;
  /** What the sockets were told last. */
  told: string;
  isBeingSeen: boolean;
}

type SessionSocket = Socket<Record<string, never>, SessionSocketEvents>;

/** How soon an end by time is noticed. */
const TICK_MS = 250;
/** All are looked at as often as this, in case the news of an end was lost. */
const CHECK_EVERY_MS = 5_000;

/**
 * Keeps the sockets of a session as long as the session: they hear of its changes, are used as a request is, and end with it.
 * Sessions are looked up when any node tells of them, when their time is over, when news may have been lost, and now and then.
 */
@Injectable()
export class SessionSockets {
  private readonly groups = new Map<string, Group>();
  private timer: NodeJS.Timeout | undefined;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly sessions: SessionsService,
    private readonly store: SessionsStore,
  ) {}

  start(): void {
    this.stopListening = this.store.news.listen(
      ({ handle, ended }) => void this.check(handle, ended ?? 'expired'),
      () => this.checkAll(),
    );
    this.timer = setInterval(() => this.checkDue(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopListening();
  }

  /** @throws {SessionError} E_NO_SESSION @throws {EngineError} */
  async admit(socket: Socket): Promise<void> {
    const session = await this.sessions.open(socket.handshake.headers.cookie);
    if (!session) throw noSession();
    socket.data = session;
  }

  async join(socket: Socket): Promise<void> {
    const session = socket.data as SignedInSession;
    const handle = this.store.handleOf(session.id);
    const group = this.groups.get(handle) ?? this.newGroup(session, socket.handshake.headers.cookie);
    this.groups.set(handle, group);
    group.sockets.add(socket);
    socket.once('disconnect', () => {
      group.sockets.delete(socket);
      if (group.sockets.size === 0 && this.groups.get(handle) === group) this.groups.delete(handle);
    });
    socket.onAny(() => void this.see(handle));
    socket.emit('state', this.sessions.describe(group.session));
    // It may have ended since it was admitted, and the news of that came before there was anybody to tell.
    await this.check(handle, 'expired');
  }

  private newGroup(session: SignedInSession, cookie: string | undefined): Group {
    const state = this.sessions.describe(session);
    return {
      cookie,
      session,
      sockets: new Set(),
      endsAt: Date.parse(state.idleExpiresAt),
      checkedAt: Date.now(),
      told: JSON.stringify(state),
      isBeingSeen: false,
    };
  }

  private checkAll(): void {
    for (const handle of this.groups.keys()) void this.check(handle, 'expired');
  }

  private checkDue(): void {
    const now = Date.now();
    for (const [handle, { endsAt, checkedAt }] of this.groups) {
      if (now >= endsAt || now - checkedAt >= CHECK_EVERY_MS) void this.check(handle, 'expired');
    }
  }

  /** Looks the session up: ends its sockets if it is gone, and tells them if it changed. */
  private async check(handle: string, reason: SessionEnd): Promise<void> {
    const group = this.groups.get(handle);
    if (!group) return;
    group.checkedAt = Date.now();
    let session: SignedInSession | null;
    try {
      session = await this.sessions.open(group.cookie);
    } catch {
      // The engine is away. Whatever it has to say comes when it is back, but time goes on.
      const { absoluteExpiresAt } = this.sessions.describe(group.session);
      if (Date.now() >= Date.parse(absoluteExpiresAt)) this.end(handle, group, 'expired');
      return;
    }
    if (!session) return this.end(handle, group, reason);
    const state = this.sessions.describe(session);
    const told = JSON.stringify(state);
    Object.assign(group, { session, endsAt: Date.parse(state.idleExpiresAt) });
    if (group.told === told) return;
    group.told = told;
    for (const socket of group.sockets) socket.emit('state', state);
  }

  private end(handle: string, group: Group, reason: SessionEnd): void {
    this.groups.delete(handle);
    for (const socket of group.sockets) {
      socket.emit('ended', { reason });
      // This namespace only: the same connection may carry others, which need no session.
      socket.disconnect();
    }
  }

  /** What a socket sends keeps the session alive as a request does. */
  private async see(handle: string): Promise<void> {
    const group = this.groups.get(handle);
    if (!group || group.isBeingSeen) return;
    group.isBeingSeen = true;
    try {
      const lasts = await this.sessions.see(group.session);
      if (!lasts) this.end(handle, group, 'expired');
      else group.endsAt = Date.parse(this.sessions.describe(group.session).idleExpiresAt);
    } catch {
      // The engine is away: the next message tries again.
    } finally {
      group.isBeingSeen = false;
    }
  }
}
