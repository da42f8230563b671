import { Injectable } from '@nestjs/common';
import type { SignedIn } from './session-data.js';
import type { Lifetime } from './session-records.store.js';
import { tell } from './sessions.channel.js';
import { SessionError } from './sessions.errors.js';
import { SessionsStore } from './sessions.store.js';
import type { SessionEnd } from './sessions.wire.js';

export interface Device extends Lifetime {
  handle: string;
  /** null where it is sealed with a key that is not here. */
  signedIn: SignedIn | null;
}

/** The sessions of an account, one for each device it is signed in on. */
@Injectable()
export class DevicesService {
  constructor(private readonly store: SessionsStore) {}

  /** Newest first. Takes out of the account what ended by itself. */
  async list(accountId: string): Promise<Device[]> {
    const entries = await this.store.accounts.list(accountId);
    const found = await Promise.all(entries.map(({ handle }) => this.find(handle)));
    const ended = entries.filter(({ isSettled }, i) => isSettled && !found[i]).map(({ handle }) => handle);
    await this.store.accounts.remove(accountId, ended);
    for (const handle of ended) tell({ event: 'expired', reason: 'expired', handle });
    return found
      .filter((device) => device !== null)
      .toSorted((one, other) => other.createdAt - one.createdAt);
  }

  /** Ends one session of an account. @throws {SessionError} E_SESSION_UNKNOWN if it has none of this handle. */
  async end(owner: SignedIn, handle: string): Promise<void> {
    const isOwn = await this.store.accounts.has(owner.accountId, handle);
    if (isOwn && (await this.store.endForGood([handle], 'revoked', owner)) > 0) return;
    throw new SessionError('E_SESSION_UNKNOWN', 'You have no session of this handle. See GET /api/sessions.');
  }

  /** Ends all sessions of an account, but for one, whether or not this node can open them. @returns how many there were. */
  async endOthers(owner: SignedIn, reason: SessionEnd, except: string): Promise<number> {
    const entries = await this.store.accounts.list(owner.accountId);
    const handles = entries.map(({ handle }) => handle).filter((handle) => handle !== except);
    return this.store.endForGood(handles, reason, owner);
  }

  /** Ends the oldest sessions of an account that has more than `most`. */
  async endSurplus(owner: SignedIn, most: number): Promise<void> {
    const surplus = (await this.list(owner.accountId)).slice(most);
    await this.store.end(
      surplus.map(({ handle }) => handle),
      'too-many',
      owner,
    );
  }

  private async find(handle: string): Promise<Device | null> {
    const found = await this.store.records.find(handle);
    if (!found) return null;
    const { content, createdAt, lastSeenAt } = found;
    const signedIn = (content?.['signedIn'] ?? null) as SignedIn | null;
    return { handle, signedIn, createdAt, lastSeenAt };
  }
}
