import { Injectable } from '@nestjs/common';
import type { AccountEntry } from '../accounts/account-sessions.store.js';
import type { SignedIn } from '../content/session-data.js';
import type { Lifetime } from '../records/session-lifetimes.js';
import { publishSessionEvent } from '../sessions.channel.js';
import { SessionError } from '../sessions.errors.js';
import type { Owner } from '../ending/session-ends.js';
import type { SessionEnd } from '../sessions.wire.js';
import { SessionsStore } from '../store/sessions.store.js';

export interface Device extends Lifetime {
  handle: string;
  confirmedAt: number;
  /** null if the session is sealed with a key that this node does not have. */
  signedIn: SignedIn | null;
}

/** The sessions of an account: one for each device where it is signed in. */
@Injectable()
export class DevicesService {
  constructor(private readonly store: SessionsStore) {}

  /** Lists the devices, newest first. Removes index entries whose session has ended. */
  async list(accountId: string): Promise<Device[]> {
    const found = new Map<string, Device>();
    for await (const page of this.store.accounts.pages(accountId)) {
      for (const device of await this.findEach(accountId, page)) found.set(device.handle, device);
    }
    return [...found.values()].toSorted((one, other) => other.createdAt - one.createdAt);
  }

  /** Ends one session of an account. @throws {SessionError} E_SESSION_UNKNOWN if the account has no such session. */
  async end(owner: SignedIn, handle: string): Promise<void> {
    const { accounts, ends, records } = this.store;
    const isOwn = await accounts.has(owner.accountId, handle);
    if (isOwn && (await ends.endReplicated([handle], 'revoked', owner)) > 0) return;
    await (isOwn ? records.requireAbsent(handle) : accounts.requireAbsent(owner.accountId, handle));
    throw new SessionError('E_SESSION_UNKNOWN', 'You have no session of this handle. See GET /api/sessions.');
  }

  /**
   * Ends all sessions of an account that are older than a generation, including those that this node cannot open.
   *
   * @returns how many existed.
   * @throws {SessionError} E_NOT_REPLICATED
   */
  async endAll(
    owner: Owner,
    reason: SessionEnd,
    { generation, except }: { generation: number; except?: string },
  ): Promise<number> {
    const { accounts, ends, generations } = this.store;
    await generations.raise(owner.accountId, generation);
    let ended = 0;
    for await (const page of accounts.pages(owner.accountId)) {
      const handles = page.map(({ handle }) => handle).filter((handle) => handle !== except);
      ended += await ends.endReplicated(handles, reason, owner);
    }
    await generations.requireReplicated(owner.accountId, generation);
    return ended;
  }

  /**
   * Ends the oldest sessions of an account that has more than `max`, never `newest`, which has just started. Of sign-ins at the same
   * time, each ends only sessions that were confirmed before its own, so they do not end each other.
   */
  async endSurplus(owner: SignedIn, max: number, newest: string): Promise<void> {
    const devices = await this.list(owner.accountId);
    const confirmedAt = devices.find(({ handle }) => handle === newest)?.confirmedAt ?? 0;
    const earlier = devices.filter((device) => device.handle !== newest && device.confirmedAt < confirmedAt);
    const surplus = earlier.slice(max - 1).map(({ handle }) => handle);
    if (surplus.length > 0) await this.store.ends.end(surplus, 'too-many', owner);
  }

  private async findEach(accountId: string, page: AccountEntry[]): Promise<Device[]> {
    const found = await Promise.all(page.map((entry) => this.find(entry)));
    const ended = page.filter(({ isConfirmed }, i) => isConfirmed && !found[i]).map(({ handle }) => handle);
    await this.store.accounts.remove(accountId, ended);
    for (const handle of ended) publishSessionEvent({ event: 'expired', reason: 'expired', handle });
    return found.filter((device) => device !== null);
  }

  private async find({ handle, confirmedAt }: AccountEntry): Promise<Device | null> {
    const found = await this.store.records.find(handle);
    if (!found) return null;
    const { content, ...lifetime } = found;
    const signedIn = (content?.['signedIn'] ?? null) as SignedIn | null;
    return { ...lifetime, handle, confirmedAt, signedIn };
  }
}
