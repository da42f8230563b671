import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { RedisEngine } from '../../engine/index.js';
import type { SignedInSession } from '../request/session-responses.js';
import { SessionsService } from '../request/sessions.service.js';
import { noSession } from '../sessions.errors.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from '../sessions.options.js';
import type { SessionEnd, SocketEnd } from '../sessions.wire.js';
import { SessionsStore } from '../store/sessions.store.js';
import { SessionGroup } from './session-group.js';

/** How soon the end of a lifetime is noticed. */
const TICK_MS = 250;
/** Every session is checked this often, in case a notification was lost. */
const CHECK_EVERY_MS = 5_000;
/** Sockets are closed after this time without an answer of the engine: a sign-out on another node would go unnoticed. */
const MAX_UNVERIFIED_MS = 1_000;

/**
 * Keeps the sockets of a session open as long as the session lives, sends them its changes, and counts their messages as use.
 *
 * A session is read again when a node publishes a change, when its lifetime is over, when notifications may be lost, when the state
 * of the engine changes, and every few seconds. After a failed read it is tried at each tick, for a second.
 */
@Injectable()
export class SessionSockets {
  private readonly groups = new Map<string, SessionGroup>();
  private readonly engine: RedisEngine;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: () => void = () => undefined;
  private engineReason: string | null = null;

  constructor(
    private readonly sessions: SessionsService,
    private readonly store: SessionsStore,
    @Inject(SESSIONS_OPTIONS) { engine }: SessionsOptions,
  ) {
    this.engine = engine;
  }

  start(): void {
    this.unsubscribe = this.store.notifications.subscribe(
      ({ handle, ended }) => void this.check(handle, ended ?? 'expired'),
      () => this.checkAll(),
    );
    this.timer = setInterval(() => this.checkDue(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.unsubscribe();
  }

  /** Reads the session of a handshake. @throws {SessionError} E_NO_SESSION @throws {EngineError} */
  async authenticate(socket: Socket): Promise<void> {
    const session = await this.sessions.loadFromCookie(socket.handshake.headers.cookie);
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
      if (group.sockets.size === 0) this.remove(handle, group);
    });
    socket.onAny(() => void this.touch(handle));
    socket.emit('state', this.sessions.describe(group.session));
    // The session may have ended after the handshake, before this socket was in the group.
    await this.check(handle, 'expired');
  }

  private newGroup(session: SignedInSession, cookie: string | undefined): SessionGroup {
    return new SessionGroup(cookie, session, this.endOf(session), this.sessions.describe(session));
  }

  private checkAll(): void {
    for (const handle of this.groups.keys()) void this.check(handle, 'expired');
  }

  private checkDue(): void {
    const { reason } = this.engine.report();
    if (reason !== this.engineReason) this.checkAll();
    this.engineReason = reason;
    const now = performance.now();
    for (const [handle, group] of this.groups)
      if (group.isCheckDue(now, CHECK_EVERY_MS)) void this.check(handle, 'expired');
  }

  /** Reads the session again. Closes its sockets if it has ended, for the given reason. */
  private async check(handle: string, reason: SessionEnd): Promise<void> {
    const group = this.groups.get(handle);
    if (!group) return;
    group.checkedAt = performance.now();
    group.isBeingChecked = true;
    const session = await this.sessions.loadFromCookie(group.cookie).catch(() => undefined);
    group.isBeingChecked = false;
    if (session) group.update(session, this.endOf(session), this.sessions.describe(session));
    else if (session === null) this.end(handle, group, reason);
    else if (group.markUnverified() > MAX_UNVERIFIED_MS) this.end(handle, group, 'unverified');
  }

  /** A message of a socket keeps the session alive as a request does. */
  private async touch(handle: string): Promise<void> {
    const group = this.groups.get(handle);
    if (!group || group.isBeingTouched) return;
    group.isBeingTouched = true;
    // After a failure, the next message tries again.
    const exists = await this.sessions.touch(group.session).catch(() => undefined);
    group.isBeingTouched = false;
    if (exists) group.endsAt = this.endOf(group.session);
    else if (exists === false) this.end(handle, group, 'expired');
  }

  private endOf(session: SignedInSession): number {
    return performance.now() + this.store.remainingMsOf(session);
  }

  private end(handle: string, group: SessionGroup, reason: SocketEnd): void {
    this.remove(handle, group);
    group.end(reason);
  }

  private remove(handle: string, group: SessionGroup): void {
    if (this.groups.get(handle) === group) this.groups.delete(handle);
  }
}
