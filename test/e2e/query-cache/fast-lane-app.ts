import type { Server } from 'node:http';
import { type INestApplication, Injectable, type Provider, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import type { RequestHandler } from 'express';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { type CachedAnswer, QueryCacheModule, QueryCacheService } from '../../../src/query-cache/index.js';
import { installed } from '../../support/app.js';
import { startTestEngine } from '../../support/profiles/test-engine.js';
import { until } from '../../support/until.js';

export interface FastLaneEngine {
  engine: RedisEngine;
  stop(): Promise<void>;
}

export async function startFastLaneEngine(): Promise<FastLaneEngine> {
  const [kind = 'valkey'] = installed('valkey', 'redis');
  const server = await startTestEngine(kind);
  const engine = new RedisEngine(parseEngineUrl(server.url), 2_000);
  engine.start();
  await until(() => engine.isReady);
  return {
    engine,
    stop: async () => {
      engine.close();
      await server.stop();
    },
  };
}

export interface Setup {
  engine: RedisEngine;
  middleware?: RequestHandler[];
  providers?: Provider[];
  adapter?: ExpressAdapter;
}

/** Queries named `shared`, `brief` (stale after a second, and then for ever) and `own` (with a scope). */
@Injectable()
export class Answers {
  private readonly shared;
  private readonly brief;
  private readonly own;

  constructor(queries: QueryCacheService) {
    const load = ({ id }: { id: string }) => Promise.resolve(id === 'none' ? null : { id });
    this.shared = queries.define<{ id: string }, object | null>({ name: 'shared', ttlSeconds: 60, load });
    this.brief = queries.define<{ id: string }, object | null>({
      name: 'brief',
      ttlSeconds: 1,
      staleSeconds: 60,
      load: (args) => {
        // Each refresh fails, so that the answer stays stale.
        if (this.loaded.has(args.id)) return Promise.reject(new Error('the database rejects'));
        this.loaded.add(args.id);
        return load(args);
      },
    });
    this.own = queries.define<{ id: string }, object | null>({
      name: 'own',
      ttlSeconds: 60,
      scope: ({ id }) => id,
      load,
    });
  }

  private readonly loaded = new Set<string>();

  read(query: 'shared' | 'brief' | 'own', id: string): Promise<CachedAnswer<object | null>> {
    return this[query].read({ id });
  }
}

/** An application with nothing but the query cache and one controller. */
export async function startFastLaneApp(
  controller: Type,
  { engine, middleware = [], providers = [], adapter = new ExpressAdapter() }: Setup,
): Promise<INestApplication<Server>> {
  const module = await Test.createTestingModule({
    imports: [
      QueryCacheModule.forRoot({
        engine,
        keyPrefix: 'fast-lane',
        concurrentLoads: 4,
        // On a busy machine a slow engine must not count as unavailable.
        engineSoftTimeoutMs: 4_000,
      }),
    ],
    controllers: [controller],
    providers: [Answers, ...providers],
  }).compile();
  const app = module.createNestApplication<INestApplication<Server>>(adapter, { logger: false });
  for (const one of middleware) app.use(one);
  return app.init();
}
