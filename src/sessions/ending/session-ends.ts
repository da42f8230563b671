import { setTimeout as delay } from 'node:timers/promises';
import { ignoreEngineError, type RedisEngine } from '../../engine/index.js';
import type { AccountSessions } from '../accounts/account-sessions.store.js';
import type { SignedIn } from '../content/session-data.js';
import type { SessionNews } from './session-notifications.store.js';
import type { SessionRecords } from '../records/session-records.store.js';
import { tell } from '../sessions.channel.js';
import { notReplicated } from '../sessions.errors.js';
import type { SessionEnd } from '../sessions.wire.js';

/** How many are ended again at once, between the calls of others; and how soon after a failure. */
const PAGE = 100;
const TRY_AGAIN_MS = 250;

/** Ends sessions, on every node, and keeps them ended. */
export class SessionEnds {
  private round = 0;

  constructor(
    private readonly engine: RedisEngine,
    private readonly records: SessionRecords,
    private readonly accounts: AccountSessions,
    private readonly news: SessionNews,
  ) {
    engine.onReady(() => void this.endAgain());
    // Every node that is told remembers, so that the end holds while one of them lives.
    news.listen(
      ({ handle, ended }) => ended !== null && this.records.ended.add(handle),
      () => undefined,
    );
  }

  /** @returns how many were there. */
  async end(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    if (owner) await this.accounts.remove(owner.accountId, ended);
    return ended.length;
  }

  /**
   * The same, answered once a replica has it where there are replicas. Until then the account keeps its entries, so that it can
   * be tried again.
   *
   * @throws {SessionError} E_NOT_REPLICATED: they have ended, but a failover might undo it.
   */
  async endForGood(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    // Also those that ended just now without a confirmation, but not the dead entries of an account.
    const lately = handles.filter((handle) => this.records.ended.has(handle));
    // They have ended: an engine that does not confirm it now must not make it look as if they had not.
    const isSecure = await this.records.secureEnd(lately).catch(ignoreEngineError);
    if (!isSecure) throw notReplicated();
    if (owner) await this.accounts.remove(owner.accountId, lately);
    return ended.length;
  }

  /** Ends again what ended lately, newest first: a server that was promoted or restarted may have brought some back. */
  async endAgain(): Promise<void> {
    const round = ++this.round;
    const left = this.records.ended.handles;
    while (left.length > 0 && round === this.round) {
      try {
        await this.endEach(left.slice(-PAGE), 'revoked');
        left.splice(-PAGE);
      } catch {
        // Once it is ready again, another round begins.
        if (!this.engine.isReady) return;
        await delay(TRY_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  /** All at once. @returns those that were there. */
  private async endEach(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<string[]> {
    const wereThere = await Promise.all(handles.map((handle) => this.endOne(handle, reason, owner)));
    return handles.filter((_handle, i) => wereThere[i]);
  }

  private async endOne(handle: string, reason: SessionEnd, owner?: SignedIn): Promise<boolean> {
    try {
      const wasThere = await this.records.remove(handle);
      if (!wasThere) return false;
      tell({ event: 'revoked', reason, handle, username: owner?.username ?? null });
      this.news.publish({ handle, ended: reason });
      return true;
    } catch (error) {
      // Its outcome may be unknown: nodes that hear it read the session again.
      this.news.publish({ handle, ended: null });
      throw error;
    }
  }
}
