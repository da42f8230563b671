import type { BinaryClient, RedisEngine } from '../../engine/index.js';
import type { EngineTier, EntryFound } from './engine-tier.js';

/** Commands for one key that are sent together are executed in that order: they share a connection. */
export class RedisTier implements EngineTier {
  private readonly binary: BinaryClient;

  constructor(private readonly engine: RedisEngine) {
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

  async remove(keys: readonly string[]): Promise<void> {
    await this.engine.client.unlink([...keys]);
  }

  async acquire(key: string, lifeSeconds: number): Promise<boolean> {
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    return (await this.engine.client.set(key, '1', options)) !== null;
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.client.expire(key, lifeSeconds);
  }
}
