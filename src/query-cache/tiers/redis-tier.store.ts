import { type RedisEngine, replaceForeign } from '../../engine/index.js';
import type { KeySpace } from '../query/query-cache.keys.js';
import type { EngineTier, EntryFound } from './engine-tier.js';

/**
 * Commands for one key that are sent together are executed in that order: they share a connection.
 *
 * Keys of another type: an entry is overwritten, and its answer was a miss. A validity token is deleted and created, so the answers under it
 * are misses; that invalidates nothing which is still valid. A lease is deleted, which lets two nodes load at most.
 */
export class RedisTier implements EngineTier {
  constructor(
    private readonly engine: RedisEngine,
    private readonly keys: KeySpace,
  ) {}

  /** One MGET, which returns null for a key of another type, too. */
  async find(entry: string, tokenKeys: readonly string[]): Promise<EntryFound> {
    const [found = null, ...tokens] = await this.engine.getManyBinary([entry, ...tokenKeys]);
    return { entry: found, tokens: tokens.map((token) => token?.toString() ?? null) };
  }

  async write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void> {
    const options = { expiration: { type: 'EX', value: lifeSeconds } } as const;
    await this.engine.call(entry, (client) => client.set(entry, bytes, options));
  }

  read(tokenKeys: readonly string[]): Promise<(string | null)[]> {
    return this.engine.getMany(tokenKeys);
  }

  async ensure(tokenKeys: readonly string[], token: string, lifeSeconds: number): Promise<(string | null)[]> {
    return Promise.all(tokenKeys.map(async (key) => (await this.create(key, token, lifeSeconds)) ?? token));
  }

  async extend(tokenKey: string, lifeSeconds: number): Promise<void> {
    await this.engine.call(tokenKey, (client) => client.expire(tokenKey, lifeSeconds, 'GT'));
  }

  /** One script call for the validity tokens of a partition, which also notifies all nodes. */
  async remove(keys: readonly string[]): Promise<void> {
    const byChannel = new Map<string | undefined, string[]>();
    for (const key of keys) {
      const channel = this.keys.invalidationChannelOf(key);
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), key]);
    }
    const removed = [...byChannel].map(([channel, some]) =>
      channel === undefined ? this.engine.unlinkMany(some) : this.engine.invalidate(channel, some),
    );
    await Promise.all(removed);
  }

  async acquire(key: string, lifeSeconds: number): Promise<boolean> {
    return (await this.create(key, '1', lifeSeconds)) === null;
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.call(key, (client) => client.expire(key, lifeSeconds));
  }

  /** Creates a key. @returns its value if it exists already. With GET, SET NX reports a key of another type. */
  private create(key: string, value: string, lifeSeconds: number): Promise<string | null> {
    const options = {
      condition: 'NX',
      GET: true,
      expiration: { type: 'EX', value: lifeSeconds },
    } as const;
    const create = () => this.engine.call(key, (client) => client.set(key, value, options));
    return replaceForeign(this.engine, { keys: [key], type: 'string' }, create);
  }
}
