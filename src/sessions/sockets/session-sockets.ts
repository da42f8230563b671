import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { RedisEngine } from '../../engine/index.js';
import { noSession } from '../sessions.errors.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from '../sessions.options.js';
import { type SignedInSession, SessionsService } from '../request/sessions.service.js';
import { SessionsStore } from '../store/sessions.store.js';
import type { SessionEnd, SessionSocketEvents, SocketEnd } from '../sessions.wire.js';

/** The sockets of one session on this node. Times are of `performance.now()`. */
interface Group {
  cookie: string | undefined;
  sockets: Set<SessionSocket>;
  session: SignedInSession;
  /** When it ends unless it is used, here or elsewhere. */
  endsAt: number;
  checkedAt: number;
  isBeingChecked: boolean;
  /** Since when the engine has not answered whether it is still there. */
  unverifiedSince: number | undefined;
  /** The last state that was sent to the sockets. */
  sent: string;
  isBeingSeen: boolean;
}

type SessionSocket = Socket<Record<string, never>, SessionSocketEvents>;

/** How soon an end by time is noticed. */
const TICK_MS = 250;
/** All are looked at as often as this, in case the news of an end was lost. */
const CHECK_EVERY_MS = 5_000;
/** A node that is cut off from the engine does not see a sign-out on another node. */
const LONGEST_UNVERIFIED_MS = 1_000;

/**
 * Keeps the sockets of a session as long as the session: they hear of its changes, count as use, and end with it. Sessions are
 * read again when any node publishes that they changed, when their time is over, when news may have been lost, when the engine's
 * state changes, and every few seconds. What cannot be read is read again at each tick, and ends after a second.
 */
@Injectable()
export class SessionSockets {
  private readonly groups = new Map<string, Group>();
  private timer: NodeJS.Timeout | undefined;
  private stopListening: () => void = () => undefined;
  private engineReason: string | null = null;
  private readonly engine: RedisEngine;

  constructor(
    private readonly sessions: SessionsService,
    private readonly store: SessionsStore,
    @Inject(SESSIONS_OPTIONS) { engine }: SessionsOptions,
  ) {
    this.engine = engine;
  }

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
      endsAt: this.endOf(session),
      checkedAt: performance.now(),
      isBeingChecked: false,
      unverifiedSince: undefined,
      sent: JSON.stringify(state),
      isBeingSeen: false,
    };
  }

  private checkAll(): void {
    for (const handle of this.groups.keys()) void this.check(handle, 'expired');
  }

  private checkDue(): void {
    const { reason } = this.engine.report();
    // The engine became silent, in part or as a whole, or answers again.
    if (reason !== this.engineReason) this.checkAll();
    this.engineReason = reason;
    const now = performance.now();
    for (const [handle, { endsAt, checkedAt, isBeingChecked, unverifiedSince }] of this.groups) {
      const isDue = now >= endsAt || now - checkedAt >= CHECK_EVERY_MS || unverifiedSince !== undefined;
      if (isDue && !isBeingChecked) void this.check(handle, 'expired');
    }
  }

  /** Reads the session: ends its sockets if it is gone, and sends them its state if that changed. */
  private async check(handle: string, reason: SessionEnd): Promise<void> {
    const group = this.groups.get(handle);
    if (!group) return;
    group.checkedAt = performance.now();
    group.isBeingChecked = true;
    const session = await this.sessions.open(group.cookie).catch(() => undefined);
    group.isBeingChecked = false;
    if (session === undefined) return this.leaveUnverified(handle, group);
    group.unverifiedSince = undefined;
    if (session === null) return this.end(handle, group, reason);
    const state = this.sessions.describe(session);
    const sent = JSON.stringify(state);
    Object.assign(group, { session, endsAt: this.endOf(session) });
    if (group.sent === sent) return;
    group.sent = sent;
    for (const socket of group.sockets) socket.emit('state', state);
  }

  private leaveUnverified(handle: string, group: Group): void {
    group.unverifiedSince ??= group.checkedAt;
    const unverifiedMs = performance.now() - group.unverifiedSince;
    if (unverifiedMs > LONGEST_UNVERIFIED_MS) this.end(handle, group, 'unverified');
  }

  private endOf(session: SignedInSession): number {
    return performance.now() + this.store.remainingMsOf(session);
  }

  private end(handle: string, group: Group, reason: SocketEnd): void {
    if (this.groups.get(handle) === group) this.groups.delete(handle);
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
      else group.endsAt = this.endOf(group.session);
    } catch {
      // The engine is away: the next message tries again.
    } finally {
      group.isBeingSeen = false;
    }
  }
}
