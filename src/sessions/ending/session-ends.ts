import { setTimeout as delay } from 'node:timers/promises';
import { ignoreEngineError, type RedisEngine } from '../../engine/index.js';
import type { AccountSessions } from '../accounts/account-sessions.store.js';
import type { SignedIn } from '../content/session-data.js';
import type { SessionRecords } from '../records/session-records.store.js';
import { publishSessionEvent } from '../sessions.channel.js';
import { notReplicated } from '../sessions.errors.js';
import type { SessionEnd } from '../sessions.wire.js';
import { ReplicatedDeletes } from './replicated-deletes.store.js';
import type { SessionNotifications } from './session-notifications.store.js';

/** Sessions that are ended again at once, so that other calls get through in between. */
const PAGE_SIZE = 100;
const RETRY_MS = 250;

/** The account of sessions that end. Without a name, events have none. */
export type Owner = Pick<SignedIn, 'accountId'> & Partial<Pick<SignedIn, 'username'>>;

/** Ends sessions on every node, and keeps them ended. */
export class SessionEnds {
  private round = 0;
  private readonly deletes: ReplicatedDeletes;

  constructor(
    private readonly engine: RedisEngine,
    private readonly records: SessionRecords,
    private readonly accounts: AccountSessions,
    private readonly notifications: SessionNotifications,
  ) {
    this.deletes = new ReplicatedDeletes(engine);
    engine.onReady(() => void this.endAgain());
    // Every node remembers the end, so that it holds while one of them lives.
    notifications.subscribe(
      ({ handle, ended }) => ended !== null && this.records.ended.add(handle),
      () => undefined,
    );
  }

  /** @returns how many of the sessions existed. */
  async end(handles: readonly string[], reason: SessionEnd, owner?: Owner): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    if (owner) await this.accounts.remove(owner.accountId, ended);
    return ended.length;
  }

  /**
   * Ends sessions and waits for a replica, if one is connected. Until a replica confirms, the account keeps its entries, so that the
   * call can be repeated.
   *
   * @returns how many of the sessions existed.
   * @throws {SessionError} E_NOT_REPLICATED: they have ended, but a failover might restore them.
   */
  async endReplicated(handles: readonly string[], reason: SessionEnd, owner?: Owner): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    // Includes sessions whose end an earlier call could not confirm, but not the dead entries of an account.
    const recent = handles.filter((handle) => this.records.ended.has(handle));
    const keys = recent.map((handle) => this.records.key(handle));
    // An engine failure here must not look as if the sessions had not ended.
    const isReplicated = await this.deletes.delete(keys).catch(ignoreEngineError);
    if (!isReplicated) throw notReplicated();
    if (owner) await this.accounts.remove(owner.accountId, recent);
    return ended.length;
  }

  /** Ends recent ends again, newest first: a server that was promoted or restarted may have restored some. */
  async endAgain(): Promise<void> {
    const round = ++this.round;
    const remaining = this.records.ended.handles;
    while (remaining.length > 0 && round === this.round) {
      try {
        await this.endEach(remaining.slice(-PAGE_SIZE), 'revoked');
        remaining.splice(-PAGE_SIZE);
      } catch {
        // The engine's next `ready` starts another round.
        if (!this.engine.isReady) return;
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** @returns the handles of those that existed. */
  private async endEach(handles: readonly string[], reason: SessionEnd, owner?: Owner): Promise<string[]> {
    const existed = await Promise.all(handles.map((handle) => this.endOne(handle, reason, owner)));
    return handles.filter((_handle, i) => existed[i]);
  }

  private async endOne(handle: string, reason: SessionEnd, owner?: Owner): Promise<boolean> {
    try {
      const existed = await this.records.remove(handle);
      if (!existed) return false;
      publishSessionEvent({ event: 'revoked', reason, handle, username: owner?.username ?? null });
      this.notifications.publish({ handle, ended: reason });
      return true;
    } catch (error) {
      // The outcome may be unknown: the notification makes other nodes read the session again.
      this.notifications.publish({ handle, ended: null });
      throw error;
    }
  }
}
