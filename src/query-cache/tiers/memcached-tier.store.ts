import type { MemcachedEngine } from '../../engine/index.js';
import { LONGEST_LIFE_SECONDS } from '../query/query-definition.js';
import type { EngineTier, EntryFound } from './engine-tier.js';

export class MemcachedTier implements EngineTier {
  constructor(private readonly engine: MemcachedEngine) {}

  async find(entry: string, tokenKeys: readonly string[]): Promise<EntryFound> {
    const [found, tokens] = await Promise.all([this.engine.get(entry), this.read(tokenKeys)]);
    return { entry: found, tokens };
  }

  async write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void> {
    await this.engine.set(entry, bytes, { lifeSeconds: memcachedLifeSeconds(lifeSeconds) });
  }

  async read(tokenKeys: readonly string[]): Promise<(string | null)[]> {
    const found = await Promise.all(tokenKeys.map((key) => this.engine.get(key)));
    return found.map((token) => token?.toString() ?? null);
  }

  async ensure(tokenKeys: readonly string[], token: string, lifeSeconds: number): Promise<(string | null)[]> {
    const life = { lifeSeconds: memcachedLifeSeconds(lifeSeconds) };
    const created = tokenKeys.map((key) => this.engine.add(key, token, life));
    const [present] = await Promise.all([this.read(tokenKeys), ...created]);
    return present;
  }

  /** Memcached's touch could also shorten a life, so it sets the longest one. Memcached evicts what it has no room for. */
  extend(tokenKey: string): Promise<void> {
    return this.renew(tokenKey, LONGEST_LIFE_SECONDS);
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.engine.delete(key)));
  }

  /** A lease may expire up to a second early: it is renewed before that. If its holder dies, others wait no longer than its life. */
  acquire(key: string, lifeSeconds: number): Promise<boolean> {
    return this.engine.add(key, '1', { lifeSeconds: withinBounds(lifeSeconds) });
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.touch(key, withinBounds(lifeSeconds));
  }
}

/**
 * The whole seconds to give Memcached so that a value lives for at least `seconds`, at most 30 days. Its clock counts whole seconds, and the
 * first of them may end at once.
 */
export function memcachedLifeSeconds(seconds: number): number {
  return withinBounds(seconds + 1);
}

/** Memcached reads more than 30 days as a date, and 0 as no expiry. */
function withinBounds(seconds: number): number {
  return Math.min(LONGEST_LIFE_SECONDS, Math.max(1, Math.ceil(seconds)));
}
