import { type RedisEngine } from '../../engine/index.js';
import { applicationFields } from '../content/session-content.js';
import type { JsonObject } from '../content/json-changes.js';
import type { SessionRecords } from '../records/session-records.store.js';
import { sessionScript } from '../records/session.scripts.js';
import { ownerOf } from '../records/sessions.keys.js';

/** Longer than any request runs that was sent with the old cookie. */
const KEEP_MS = 60_000;

const MOVE = sessionScript('guests.move', '../guests/scripts/move.lua');

/**
 * The sessions of guests whose account has signed in.
 *
 * The content stays readable for a minute, for the same account only: of two tabs that sign in at the same time, the browser keeps the
 * cookie of either, so both sessions need it. Meanwhile the old cookie starts no other session.
 */
export class MovedGuests {
  constructor(
    private readonly engine: RedisEngine,
    private readonly records: SessionRecords,
  ) {}

  /** Ends the session of a guest. Changes that are saved before are part of what {@link read} returns, later ones are refused. */
  async move(handle: string, accountId: string): Promise<void> {
    await this.engine.run(MOVE, [this.records.key(handle)], [ownerOf(accountId), `${KEEP_MS}`]);
  }

  /** The fields of a guest's session that moved to this account. null if there are none. */
  async read(handle: string, accountId: string): Promise<JsonObject | null> {
    const [payload, owner] = await this.readFields(handle);
    if (!payload || owner !== ownerOf(accountId)) return null;
    const content = this.records.open(handle, payload);
    return content && !('signedIn' in content) ? applicationFields(content) : null;
  }

  async has(handle: string): Promise<boolean> {
    const [, owner] = await this.readFields(handle);
    return typeof owner === 'string';
  }

  private readFields(handle: string): Promise<(string | null)[]> {
    const key = this.records.key(handle);
    return this.engine.call(key, (client) => client.hmGet(key, ['moved', 'movedTo']));
  }
}
