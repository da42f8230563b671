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

  override set(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return super.set(hashSessionId(id), session, callback);
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

  /** Adds a session to its account's, and ends the oldest beyond the limit. */
  async admit(accountId: string, id: string): Promise<void> {
    const { engine, keyPrefix, absoluteSeconds, perAccount } = this.options;
    const key = accountSessionsKey(keyPrefix, accountId);
    const now = Date.now();
    await engine.client
      .multi()
      .zAdd(key, { score: now, value: hashSessionId(id) })
      .zRemRangeByScore(key, 0, now - absoluteSeconds * 1000)
      .expire(key, absoluteSeconds)
      .exec();
    const oldest = await engine.client.zRange(key, 0, -perAccount - 1);
    if (oldest.length === 0) return;
    for (const hash of oldest) await engine.client.del(sessionKeyPrefix(keyPrefix) + hash);
    await engine.client.zRem(key, oldest);
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
