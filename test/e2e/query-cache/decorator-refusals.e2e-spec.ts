import { Controller, Injectable, Scope, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { CachedQuery, InvalidatesTags, QueryCacheModule } from '../../../src/query-cache/index.js';

@Injectable()
class OfDates {
  @CachedQuery({ ttlSeconds: 60 })
  async since(_limit: number, since: Date): Promise<string> {
    return since.toISOString();
  }
}

/** As the EntityManager of TypeORM. */
class Manager {
  find(): void {}
}
class BusyManager extends Manager {
  queries = 0;
}

@Injectable()
class OfManagers {
  @CachedQuery({ ttlSeconds: 60 })
  async one(_id: number, _manager: BusyManager): Promise<number> {
    return 1;
  }
}

@Injectable()
class OfBoth {
  @CachedQuery({ ttlSeconds: 60 })
  @InvalidatesTags(() => ['airport:JFK'])
  async one(): Promise<number> {
    return 1;
  }
}

@Injectable({ scope: Scope.REQUEST })
class OfRequests {
  @CachedQuery({ ttlSeconds: 60 })
  async one(): Promise<number> {
    return 1;
  }
}

@Controller()
class OfHttp {
  @CachedQuery({ ttlSeconds: 60 })
  async one(): Promise<number> {
    return 1;
  }
}

describe('a decorated method', () => {
  it.each([
    [
      'a Date',
      OfDates,
      'OfDates.since has @CachedQuery(), but parameter 2 is a Date, which is no plain data',
    ],
    [
      'a class with methods',
      OfManagers,
      'OfManagers.one has @CachedQuery(), but parameter 2 is a BusyManager, which is no plain data',
    ],
    [
      'both decorators',
      OfBoth,
      'OfBoth.one has @CachedQuery(), but it has @InvalidatesTags() too, which an answer from memory would skip',
    ],
    ['a controller', OfHttp, 'OfHttp.one has @CachedQuery(), but its class is a controller'],
    [
      'a class per request',
      OfRequests,
      'OfRequests.one has @CachedQuery(), but its class is created more than once',
    ],
  ])('is refused at the start with %s', async (_what, type: Type<unknown>, message) => {
    const engine = new RedisEngine(parseEngineUrl('redis://localhost'), 100);
    const module = await Test.createTestingModule({
      imports: [QueryCacheModule.forRoot({ engine, keyPrefix: 'test', concurrentLoads: 4 })],
      [type === OfHttp ? 'controllers' : 'providers']: [type],
    }).compile();
    await expect(module.init()).rejects.toMatchObject({
      code: 'E_QUERY_DEFINITION',
      message: expect.stringContaining(message),
    });
    engine.close();
  });
});
