import { type BinaryClient, type Engine, MemcachedEngine, type RedisEngine } from '../../engine/index.js';
import { LONGEST_LIFE_SECONDS } from '../query/query-definition.js';

/** An entry, and the short texts that were asked for with it. */
export interface EntryFound {
  entry: Buffer | null;
  texts: (string | null)[];
}

/**
 * What the query cache needs of an engine: entries, which are bytes, and generations and leases, which are short texts
 * under keys of their own. Lifetimes in seconds. Every method rejects with an EngineError if the engine fails.
 */
export interface EngineTier {
  /** In one round trip; null where there is nothing, or nothing of ours. */
  find(entry: string, keys: readonly string[]): Promise<EntryFound>;
  write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void>;
  /** Likewise. */
  read(keys: readonly string[]): Promise<(string | null)[]>;
  /** Writes `value` where there is nothing. @returns what is there then. */
  ensure(keys: readonly string[], value: string, lifeSeconds: number): Promise<(string | null)[]>;
  /** What {@link ensure} wrote lives for so long from now on, at least. */
  extend(key: string, lifeSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
  /** @returns whether it was free. */
  take(key: string, lifeSeconds: number): Promise<boolean>;
  /** Lets what was taken live for so long from now on. */
  renew(key: string, lifeSeconds: number): Promise<void>;
}

export function engineTierOn(engine: Engine): EngineTier {
  return engine instanceof MemcachedEngine ? new MemcachedTier(engine) : new RedisTier(engine);
}

/** Commands for one key that are sent together are executed in that order: they go through one connection. */
class RedisTier implements EngineTier {
  private readonly bytes: BinaryClient;

  constructor(private readonly engine: RedisEngine) {
    this.bytes = engine.clientWith({ replies: 'binary' });
  }

  /** MGET answers null for a key of another type, too. */
  async find(entry: string, keys: readonly string[]): Promise<EntryFound> {
    const found = await this.bytes.mGet([entry, ...keys]);
    return { entry: found[0] ?? null, texts: found.slice(1).map((text) => text?.toString() ?? null) };
  }

  async write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void> {
    await this.engine.client.set(entry, bytes, { expiration: { type: 'EX', value: lifeSeconds } });
  }

  read(keys: readonly string[]): Promise<(string | null)[]> {
    return this.engine.client.mGet([...keys]);
  }

  async ensure(keys: readonly string[], value: string, lifeSeconds: number): Promise<(string | null)[]> {
    const { client } = this.engine;
    const written = keys.map((key) =>
      client.set(key, value, { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } }),
    );
    const [there] = await Promise.all([client.mGet([...keys]), ...written]);
    return there;
  }

  async extend(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.client.expire(key, lifeSeconds, 'GT');
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.engine.client.unlink([...keys]);
  }

  async take(key: string, lifeSeconds: number): Promise<boolean> {
    const options = { condition: 'NX', expiration: { type: 'EX', value: lifeSeconds } } as const;
    return (await this.engine.client.set(key, '1', options)) !== null;
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    await this.engine.client.expire(key, lifeSeconds);
  }
}

class MemcachedTier implements EngineTier {
  constructor(private readonly engine: MemcachedEngine) {}

  async find(entry: string, keys: readonly string[]): Promise<EntryFound> {
    const [found, texts] = await Promise.all([this.get(entry), this.read(keys)]);
    return { entry: found, texts };
  }

  async write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void> {
    const { client } = this.engine;
    await this.engine.settle('set', () =>
      client.set(entry, bytes, { expires: memcachedLifeSeconds(lifeSeconds) }),
    );
  }

  async read(keys: readonly string[]): Promise<(string | null)[]> {
    const found = await Promise.all(keys.map((key) => this.get(key)));
    return found.map((text) => text?.toString() ?? null);
  }

  async ensure(keys: readonly string[], value: string, lifeSeconds: number): Promise<(string | null)[]> {
    const written = keys.map((key) => this.add(key, value, memcachedLifeSeconds(lifeSeconds)));
    const [there] = await Promise.all([this.read(keys), ...written]);
    return there;
  }

  /** Memcached's touch could also shorten a life, so it sets the longest there is. Its memory is bounded anyway. */
  extend(key: string): Promise<void> {
    return this.renew(key, LONGEST_LIFE_SECONDS);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const { client } = this.engine;
    await Promise.all(keys.map((key) => this.engine.settle('delete', () => client.delete(key))));
  }

  /** A lease may end up to a second sooner: it is renewed before that. If its holder dies, others wait no longer than it says. */
  take(key: string, lifeSeconds: number): Promise<boolean> {
    return this.add(key, '1', withinBounds(lifeSeconds));
  }

  async renew(key: string, lifeSeconds: number): Promise<void> {
    const { client } = this.engine;
    await this.engine.settle('touch', () => client.touch(key, withinBounds(lifeSeconds)));
  }

  private async get(key: string): Promise<Buffer | null> {
    return (await this.engine.settle('get', () => this.engine.client.get(key))).value;
  }

  private add(key: string, value: string, lifeSeconds: number): Promise<boolean> {
    const { client } = this.engine;
    return this.engine.settle('add', () => client.add(key, value, { expires: lifeSeconds }));
  }
}

/**
 * What to ask Memcached for, in whole seconds, so that a value lives at least that long: its clock counts whole seconds, and
 * the first of them may end at once. Readers compare exact times. At most 30 days.
 */
export function memcachedLifeSeconds(seconds: number): number {
  return withinBounds(seconds + 1);
}

/** Beyond 30 days Memcached would read a date; 0 would be for ever. */
function withinBounds(seconds: number): number {
  return Math.min(LONGEST_LIFE_SECONDS, Math.max(1, Math.ceil(seconds)));
}
