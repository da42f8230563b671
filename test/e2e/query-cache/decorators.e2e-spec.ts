import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Injectable, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseUnavailableError } from '../../../src/database/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import {
  CachedQuery,
  InvalidatesTags,
  QueryCacheModule,
  QueryCacheService,
} from '../../../src/query-cache/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheEngine, startCacheEngine } from './cache-engines.js';

type Route = { origin: string; flights: number };

@Injectable()
class Airports {
  loads = 0;
  private readonly names = new Map<string, string>();

  // #region decorators
  @CachedQuery({ ttlSeconds: 60, tags: (code: string) => [`airport:${code}`] })
  async nameOf(code: string): Promise<string | null> {
    return this.select(code);
  }

  @InvalidatesTags((_: void, code: string) => [`airport:${code}`])
  async rename(code: string, name: string): Promise<void> {
    await this.update(code, name);
  }
  // #endregion

  private select(code: string): string | null {
    this.loads++;
    return this.names.get(code) ?? null;
  }

  private async update(code: string, name: string): Promise<void> {
    this.names.set(code, name);
  }
}

@Injectable()
class Routes {
  loads = 0;
  private readonly flights = new Map<string, number>();

  @CachedQuery({ ttlSeconds: 60, tags: (origin: string) => [`airport:${origin}`] })
  async top(origin: string, limit = 1): Promise<Route[]> {
    this.loads++;
    return [{ origin, flights: this.flights.get(origin) ?? 0 }].slice(0, limit);
  }

  @CachedQuery({
    name: 'routes.of-tenant',
    ttlSeconds: 60,
    scope: ({ tenant }: { tenant: string }) => tenant,
  })
  async ofTenant({ tenant }: { tenant: string }): Promise<string> {
    return tenant;
  }

  @InvalidatesTags((flights: number, origin: string) => [`airport:${origin}`, `flights:${flights}`])
  async add(origin: string): Promise<number> {
    const flights = (this.flights.get(origin) ?? 0) + 1;
    this.flights.set(origin, flights);
    return flights;
  }

  // @ts-expect-error the tags are of a number
  @CachedQuery({ name: 'wrong', ttlSeconds: 60, tags: (id: number) => [`${id}`] })
  async wrong(id: string): Promise<string> {
    return id;
  }
}

@Injectable()
class Departures {
  @CachedQuery({
    ttlSeconds: 60,
    codec: {
      encode: (departure: Date) => departure.toISOString(),
      decode: (stored) => new Date(String(stored)),
    },
  })
  async next(_origin: string): Promise<Date | null> {
    return new Date('2001-06-30T12:05:00Z');
  }
}

describe('a decorated method', () => {
  let server: CacheEngine;
  let engine: RedisEngine;
  let module: TestingModule | undefined;
  beforeAll(async () => {
    server = await startCacheEngine(redisLike());
    engine = new RedisEngine(parseEngineUrl(server.url), 2_000);
    engine.start();
    await until(() => engine.isReady);
  });
  afterEach(() => module?.close());
  afterAll(async () => {
    engine.close();
    await server.stop();
  });

  async function start<T>(provider: Type<T>) {
    const options = {
      engine,
      keyPrefix: `test:${randomUUID()}`,
      concurrentLoads: 4,
      engineSoftTimeoutMs: 4_000,
    };
    const imports = [QueryCacheModule.forRoot(options)];
    module = await Test.createTestingModule({ imports, providers: [provider] }).compile();
    await module.init();
    const cache = module.get(QueryCacheService);
    const lookupsOf = (query: string) => cache.stats().queries[query];
    return { cache, provider: await module.resolve(provider), lookupsOf };
  }

  it('answers the same arguments from memory, under the name of class and method', async () => {
    const { provider: routes, lookupsOf } = await start(Routes);
    for (let i = 0; i < 3; i++) expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 0 }]);
    expect(await routes.top('JFK', undefined)).toHaveLength(1);
    expect(await routes.top('JFK', 0)).toEqual([]);
    expect(routes.loads).toBe(2);
    expect(lookupsOf('Routes.top')).toMatchObject({ misses: 2, loads: 2 });
  });

  it('gives its parameters to tags and scope', async () => {
    const { cache, provider: routes, lookupsOf } = await start(Routes);
    for (const tenant of ['ada', 'grace', 'ada']) expect(await routes.ofTenant({ tenant })).toBe(tenant);
    expect(lookupsOf('routes.of-tenant')).toMatchObject({ misses: 2 });
    await routes.top('JFK');
    await cache.invalidate('Routes.top', ['JFK']);
    await routes.top('JFK');
    await cache.invalidateTag('airport:JFK');
    await routes.top('JFK');
    expect(routes.loads).toBe(3);
  });

  it('rejects a call whose arguments are no plain data, and says which', async () => {
    const { provider: routes } = await start(Routes);
    await expect(routes.ofTenant({ tenant: 'ada', at: new Date() } as never)).rejects.toMatchObject({
      code: 'E_QUERY_ARGUMENTS',
      message: expect.stringContaining('0.at is a Date. Use text or plain data.'),
    });
  });

  it('keeps a result that JSON does not have, with a codec', async () => {
    const { provider: departures, lookupsOf } = await start(Departures);
    for (let i = 0; i < 2; i++)
      expect(await departures.next('JFK')).toEqual(new Date('2001-06-30T12:05:00Z'));
    expect(lookupsOf('Departures.next')).toMatchObject({ loads: 1 });
  });

  it('with @InvalidatesTags() invalidates after it has resolved', async () => {
    const { provider: airports } = await start(Airports);
    for (const name of [null, 'Kennedy', 'Idlewild']) {
      if (name) await airports.rename('JFK', name);
      for (let i = 0; i < 2; i++) expect(await airports.nameOf('JFK')).toBe(name);
    }
    expect(airports.loads).toBe(3);
  });

  it('with @InvalidatesTags() invalidates after the transaction, and not if it is rolled back', async () => {
    const { cache, provider: routes } = await start(Routes);
    await routes.top('JFK');
    const rolledBack = cache.afterCommit(async () => {
      await routes.add('JFK');
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    const [{ flights: before } = { flights: -1 }] = await cache.afterCommit(async () => {
      await cache.afterCommit(() => routes.add('JFK'));
      return routes.top('JFK');
    });
    expect(before).toBe(0);
    expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 2 }]);
  });

  it('with @InvalidatesTags() invalidates at once what the transaction did not await', async () => {
    const { cache, provider: routes } = await start(Routes);
    const events = new EventEmitter();
    let late: Promise<number> | undefined;
    await cache.afterCommit(() =>
      cache.afterCommit(async () => void (late = once(events, 'commit').then(() => routes.add('JFK')))),
    );
    await routes.top('JFK');
    events.emit('commit');
    await late;
    expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 1 }]);
  });

  it('with @InvalidatesTags() leaves to the outer transaction what an inner one did not await', async () => {
    const { cache, provider: routes } = await start(Routes);
    await routes.top('JFK');
    await cache.afterCommit(async () => {
      const events = new EventEmitter();
      let late: Promise<number> | undefined;
      await cache.afterCommit(async () => void (late = once(events, 'end').then(() => routes.add('JFK'))));
      events.emit('end');
      await late;
      expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 0 }]);
    });
    expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 1 }]);
  });

  it('with @InvalidatesTags() invalidates after a rejection that leaves the commit uncertain', async () => {
    const { cache, provider: routes } = await start(Routes);
    await routes.top('JFK');
    const lost = new DatabaseUnavailableError();
    const committed = cache.afterCommit(
      async () => {
        await routes.add('JFK');
        throw lost;
      },
      (error) => error instanceof DatabaseUnavailableError,
    );
    await expect(committed).rejects.toBe(lost);
    expect(await routes.top('JFK')).toEqual([{ origin: 'JFK', flights: 1 }]);
  });
});
