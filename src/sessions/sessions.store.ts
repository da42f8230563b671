import type { SessionData } from 'express-session';
import { RedisStore } from 'connect-redis';
import { Sealing } from './sealing.js';
import { accountSessionsKey, hashSessionId, sessionKeyPrefix } from './sessions.keys.js';
import type { SessionsOptions } from './sessions.options.js';
import './session-data.js';

type Callback = Parameters<RedisStore['get']>[1];

/*
 * Data model (see sessions.keys.ts): one sealed string per session, which the engine drops when the session ends by
 * itself, and one sorted set per account with the hashes of its sessions by age.
 */

/** connect-redis with hashed ids, sealed payloads, and a lifetime that never outlasts the absolute one. */
export class SessionsStore extends RedisStore {
  private readonly options: SessionsOptions;
  private readonly announced = new Set<string>();

  constructor(options: SessionsOptions) {
    const sealing = new Sealing(options.sealingKeys);
    super({
      client: options.engine.client,
      prefix: sessionKeyPrefix(options.keyPrefix),
      ttl: (session) => remainingSeconds(session, options),
      serializer: {
        stringify: (session) => sealing.seal(JSON.stringify(session)),
        // null is "no session": a payload we cannot open signs nobody in.
        parse: (sealed) => JSON.parse(sealing.open(sealed) ?? 'null') as SessionData,
      },
    });
    this.options = options;
  }

  override get(id: string, callback?: Callback): Promise<unknown> {
    return super.get(hashSessionId(id), callback);
  }

  /**
   * Writes a session that is there, or one that {@link beginning} announced. Anything else has ended meanwhile, and a
   * request that was still in flight must not bring it back.
   */
  override async set(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    const ttlSeconds = remainingSeconds(session, this.options);
    const isNew = this.announced.delete(id);
    try {
      if (ttlSeconds > 0) {
        await this.options.engine.client.set(
          this.prefix + hashSessionId(id),
          this.serializer.stringify(session),
          { expiration: { type: 'EX', value: ttlSeconds }, ...(!isNew && { condition: 'XX' as const }) },
        );
      }
    } catch (error) {
      if (!callback) throw error;
      return callback(error);
    }
    return callback?.();
  }

  /** Lets the next write of this id create its session. */
  beginning(id: string): void {
    this.announced.add(id);
  }

  override touch(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return super.touch(hashSessionId(id), session, callback);
  }

  override destroy(id: string, callback?: Callback): Promise<unknown> {
    return super.destroy(hashSessionId(id), callback);
  }

  /** What events may call a session: enough to tell them apart, useless to take one over. */
  fingerprint(id: string): string {
    return hashSessionId(id).slice(0, 12);
  }

  /** Adds a session to its account's, and ends the oldest beyond the limit. Sessions that ended by themselves do not count. */
  async admit(accountId: string, id: string): Promise<void> {
    const { engine, keyPrefix, absoluteSeconds, perAccount } = this.options;
    const key = accountSessionsKey(keyPrefix, accountId);
    await engine.client
      .multi()
      .zAdd(key, { score: Date.now(), value: hashSessionId(id) })
      .expire(key, absoluteSeconds)
      .exec();
    const hashes = await engine.client.zRange(key, 0, -1);
    const areThere = await Promise.all(hashes.map((hash) => engine.client.exists(this.prefix + hash)));
    const living = hashes.filter((_hash, i) => areThere[i]);
    const surplus = living.slice(0, Math.max(0, living.length - perAccount));
    for (const hash of surplus) await engine.client.del(this.prefix + hash);
    const gone = [...hashes.filter((_hash, i) => !areThere[i]), ...surplus];
    if (gone.length > 0) await engine.client.zRem(key, gone);
  }

  /** Takes a session that ended out of its account's. */
  async dismiss(accountId: string, id: string): Promise<void> {
    const { engine, keyPrefix } = this.options;
    await engine.client.zRem(accountSessionsKey(keyPrefix, accountId), hashSessionId(id));
  }
}

function remainingSeconds(
  { signedIn }: Partial<SessionData>,
  { idleSeconds, absoluteSeconds }: SessionsOptions,
): number {
  const startedAt = signedIn?.createdAt ?? Date.now();
  return Math.min(idleSeconds, Math.ceil(absoluteSeconds - (Date.now() - startedAt) / 1000));
}
