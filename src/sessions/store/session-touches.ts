import { ignoreEngineError } from '../../engine/index.js';
import type { AccountGenerations } from '../accounts/account-generations.store.js';
import type { AccountSessions } from '../accounts/account-sessions.store.js';
import type { SignedIn } from '../content/session-data.js';
import type { SessionEnds } from '../ending/session-ends.js';
import type { SessionRecords } from '../records/session-records.store.js';
import type { LoadedSession } from './loaded-sessions.js';

interface Parts {
  records: SessionRecords;
  accounts: AccountSessions;
  generations: AccountGenerations;
  ends: SessionEnds;
}

/** Extends the idle lifetime of sessions that are used. An engine that accepts no writes fails no touch: the session ends sooner. */
export class SessionTouches {
  constructor(private readonly parts: Parts) {}

  /** Moves `lastSeenAt` if that is due, and adds the session to its account's index again. @returns false if it has ended. */
  async touchIfDue(loaded: LoadedSession, signedIn?: SignedIn): Promise<boolean> {
    const { records } = this.parts;
    if (!records.lifetimes.isTouchDue(loaded)) return true;
    if (signedIn && !(await this.repairIndex(loaded.handle, signedIn))) return false;
    const seenAt = await records.touch(loaded.handle, loaded);
    if (seenAt === null) return false;
    loaded.lastSeenAt = seenAt ?? loaded.lastSeenAt;
    return true;
  }

  /** Ends the session if its generation is stale: the index had lost it when all sessions of the account were ended. */
  private async repairIndex(handle: string, signedIn: SignedIn): Promise<boolean> {
    const { records, accounts, generations, ends } = this.parts;
    await accounts.add(signedIn.accountId, handle).catch(ignoreEngineError);
    const generation = await generations.current(signedIn.accountId);
    if (signedIn.generation >= generation) return true;
    // This may be the session that has just ended all others, in a request that loaded it before.
    const saved = (await records.read(handle))?.content['signedIn'] as SignedIn | undefined;
    if (saved && saved.generation >= generation) return true;
    // Stale even if the engine refuses the deletion.
    await ends.end([handle], 'revoked', signedIn).catch(ignoreEngineError);
    return false;
  }
}
