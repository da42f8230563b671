import type { BinaryClient, RedisEngine } from '../../engine/index.js';
import type { KeySpace } from '../query/query-cache.keys.js';
import type { EngineTier, EntryFound } from './engine-tier.js';

/** Commands for one key that are sent together are executed in that order: they share a connection. */
export class RedisTier implements EngineTier {
  private readonly binary: BinaryClient;

  constructor(
    private readonly engine: RedisEngine,
    private readonly keys: KeySpace,
  ) {
    this.binary = engine.clientWith({ replies: 'binary' });
  }

  /** One MGET, which returns null for a key of another type, too. */
  async find(entry: string, tokenKeys: readonly string[]): Promise<EntryFound> {
    const [found = null, ...tokens] = await this.binary.mGet([entry, ...tokenKeys]);
    return { entry: found, tokens: tokens.map((token) => token?.toString() ?? null) };
  }

  async write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void> {
    await this.engine.client.set(entry, bytes, { expiration: { type: 'EX', value: lifeSeconds } });
  }

  read(tokenKeys: readonly string[]): Promise<(string | null)[]> {
    return this.engine.client.mGet([...tokenKeys]);
  }

  async ensure(tokenKeys: readonly string[], token: string, lifeSeconds: number): Promise<(string | null)[]> {
    const { client } = this.engine;
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    const created = tokenKeys.map((key) => client.set(key, token, options));
    const [present] = await Promise.all([client.mGet([...tokenKeys]), ...created]);
    return present;
  }

  async extend(tokenKey: string, lifeSeconds: number): Promise<void> {
    await this.engine.client.expire(tokenKey, lifeSeconds, 'GT');
  }

  /** One script call for the validity tokens of a partition, which also notifies all nodes. */
  async remove(keys: readonly string[]): Promise<void> {
    const byChannel = new Map<string | undefined, string[]>();
    for (const key of keys) {
      const channel = this.keys.invalidationChannelOf(key);
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), key]);
    }
    const removed = [...byChannel].map(([channel, some]) =>
      channel === undefined ? this.engine.client.unlink(some) : this.engine.invalidate(channel, some),
    );
    await Promise.all(removed);
  }

  async acquire(key: string, lifeSeconds: number): Promise<boolean> {
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    return (await this.engine.client.set(key, '1', options)) !== null;
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.client.expire(key, lifeSeconds);
  }
}
