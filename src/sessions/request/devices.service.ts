import { Injectable } from '@nestjs/common';
import type { AccountEntry } from '../accounts/account-sessions.store.js';
import type { SignedIn } from '../content/session-data.js';
import type { Lifetime } from '../records/session-records.store.js';
import { tell } from '../sessions.channel.js';
import { SessionError } from '../sessions.errors.js';
import { SessionsStore } from '../store/sessions.store.js';
import type { SessionEnd } from '../sessions.wire.js';

export interface Device extends Lifetime {
  handle: string;
  settledAt: number;
  /** null where it is sealed with a key that is not here. */
  signedIn: SignedIn | null;
}

/** The sessions of an account, one for each device it is signed in on. */
@Injectable()
export class DevicesService {
  constructor(private readonly store: SessionsStore) {}

  /** Newest first. Removes entries of the account whose session has ended. */
  async list(accountId: string): Promise<Device[]> {
    const found = new Map<string, Device>();
    for await (const page of this.store.accounts.pages(accountId)) {
      for (const device of await this.findEach(accountId, page)) found.set(device.handle, device);
    }
    return [...found.values()].toSorted((one, other) => other.createdAt - one.createdAt);
  }

  /** Ends one session of an account. @throws {SessionError} E_SESSION_UNKNOWN if it has none of this handle. */
  async end(owner: SignedIn, handle: string): Promise<void> {
    const isOwn = await this.store.accounts.has(owner.accountId, handle);
    if (isOwn && (await this.store.endForGood([handle], 'revoked', owner)) > 0) return;
    throw new SessionError('E_SESSION_UNKNOWN', 'You have no session of this handle. See GET /api/sessions.');
  }

  /** Ends all sessions of an account except one, whether or not this node can open them. @returns how many there were. */
  async endOthers(owner: SignedIn, reason: SessionEnd, except: string): Promise<number> {
    return this.endAll(owner, reason, except);
  }

  /** Ends all sessions of an account, whether or not this node can open them. @returns how many there were. */
  async endAll(owner: SignedIn, reason: SessionEnd, except?: string): Promise<number> {
    let ended = 0;
    for await (const page of this.store.accounts.pages(owner.accountId)) {
      const handles = page.map(({ handle }) => handle).filter((handle) => handle !== except);
      ended += await this.store.endForGood(handles, reason, owner);
    }
    return ended;
  }

  /**
   * Ends the oldest sessions of an account that has more than `most`, never `newest`, which has just begun. Sessions that begin at
   * the same time do not end each other: each leaves those that settled after it, and they see it.
   */
  async endSurplus(owner: SignedIn, most: number, newest: string): Promise<void> {
    const devices = await this.list(owner.accountId);
    const settledAt = devices.find(({ handle }) => handle === newest)?.settledAt ?? 0;
    const earlier = devices.filter((device) => device.handle !== newest && device.settledAt < settledAt);
    const surplus = earlier.slice(most - 1).map(({ handle }) => handle);
    if (surplus.length > 0) await this.store.end(surplus, 'too-many', owner);
  }

  private async findEach(accountId: string, page: AccountEntry[]): Promise<Device[]> {
    const found = await Promise.all(page.map((entry) => this.find(entry)));
    const ended = page.filter(({ isSettled }, i) => isSettled && !found[i]).map(({ handle }) => handle);
    await this.store.accounts.remove(accountId, ended);
    for (const handle of ended) tell({ event: 'expired', reason: 'expired', handle });
    return found.filter((device) => device !== null);
  }

  private async find({ handle, settledAt }: AccountEntry): Promise<Device | null> {
    const found = await this.store.records.find(handle);
    if (!found) return null;
    const { content, ...lifetime } = found;
    const signedIn = (content?.['signedIn'] ?? null) as SignedIn | null;
    return { ...lifetime, handle, settledAt, signedIn };
  }
}
