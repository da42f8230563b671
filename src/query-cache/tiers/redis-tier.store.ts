import type { RedisEngine } from '../../engine/index.js';
import type { KeySpace } from '../query/query-cache.keys.js';
import type { EngineTier, EntryFound } from './engine-tier.js';

/** Commands for one key that are sent together are executed in that order: they share a connection. */
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
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    const created = tokenKeys.map((key) =>
      this.engine.call(key, (client) => client.set(key, token, options)),
    );
    const [present] = await Promise.all([this.engine.getMany(tokenKeys), ...created]);
    return present;
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
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    return (await this.engine.call(key, (client) => client.set(key, '1', options))) !== null;
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.call(key, (client) => client.expire(key, lifeSeconds));
  }
}
