import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Engine, EngineModule, Engines, parseEngineUrl } from '../../../src/engine/index.js';
import {
  QueryCacheModule,
  type QueryCacheOptions,
  QueryCacheService,
  type QueryDefinition,
} from '../../../src/query-cache/index.js';
import { QueryCacheStore } from '../../../src/query-cache/tiers/query-cache.store.js';
import { rowsOf } from '../../measuring/answer-rows.js';
import { DEADLINE_MS, until } from '../engine/open-engine.js';

/** The query cache as in an application, with its own connection. */
export interface CacheNode {
  readonly cache: QueryCacheService;
  readonly store: QueryCacheStore;
  readonly engines: Engines;
  readonly engine: Engine;
  get<T>(provider: Type<T>): T;
  close(): Promise<void>;
}

type Options = Partial<Omit<QueryCacheOptions, 'engine'>> & { providers?: Type<unknown>[] };

/** Starts a node. The engine may be down. */
export async function startCacheNode(
  url: string,
  { providers = [], ...options }: Options = {},
): Promise<CacheNode> {
  const module = await Test.createTestingModule({
    providers,
    imports: [
      EngineModule.forRoot({ roles: { cache: parseEngineUrl(url) }, deadlineMs: DEADLINE_MS }),
      QueryCacheModule.forRootAsync({
        inject: [Engines],
        useFactory: (engines: Engines) => ({
          engine: engines.for('cache'),
          keyPrefix: 'bench',
          concurrentLoads: 6,
          ...options,
        }),
      }),
    ],
  }).compile();
  await module.init();
  const engines = module.get(Engines);
  return {
    cache: module.get(QueryCacheService),
    store: module.get(QueryCacheStore),
    engines,
    engine: engines.for('cache'),
    get: (provider) => module.get(provider),
    close: () => module.close(),
  };
}

/** Starts a node and waits until its engine is ready. */
export async function openCacheNode(url: string, options?: Options): Promise<CacheNode> {
  const node = await startCacheNode(url, options);
  await until('the engine is ready', () => node.engine.isReady);
  return node;
}

/** An answer of about this many bytes as JSON. */
export function answerOf(bytes: number): { rows: object[] } {
  return { rows: rowsOf(bytes) };
}

type RouteArgs = { origin: string; limit: number };

/** A query of one airport with its tag. */
export function routes(name: string, answer: object): QueryDefinition<RouteArgs, object> {
  return {
    name,
    ttlSeconds: 3_600,
    tags: ({ origin }) => [`airport:${origin}`],
    load: () => Promise.resolve(answer),
  };
}
