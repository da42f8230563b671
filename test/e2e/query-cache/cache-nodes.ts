import { randomUUID } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Engine, MemcachedEngine, parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import {
  QueryCacheModule,
  type QueryCacheOptions,
  QueryCacheService,
} from '../../../src/query-cache/index.js';
import { QueryCacheStore } from '../../../src/query-cache/tiers/query-cache.store.js';
import { until } from '../../support/until.js';
import { type CacheEngine, startCacheEngine } from './cache-engines.js';

const DEADLINE_MS = 2_000;
/** Longer than the deadline, so that the outcome of a call is counted when the lookup returns. */
const SOFT_TIMEOUT_MS = 2 * DEADLINE_MS;

/** The query cache alone, as in an application, with its own connection. */
export interface CacheNode {
  cache: QueryCacheService;
  engine: Engine;
  store: QueryCacheStore;
  close(): Promise<void>;
}

export interface CacheNodes {
  server: CacheEngine;
  nodes: [CacheNode, CacheNode, CacheNode];
  prefix: string;
  start(options?: Options): Promise<CacheNode>;
  close(): Promise<void>;
}

/** Three nodes on one engine. */
export async function startCacheNodes(name: string, options?: Options): Promise<CacheNodes> {
  return startNodesOn(await startCacheEngine(name), options);
}

/** Without a local tier by default: most tests are about the engine. */
type Options = Partial<Omit<QueryCacheOptions, 'engine'>>;

export async function startNodesOn(server: CacheEngine, shared: Options = {}): Promise<CacheNodes> {
  const prefix = `test:${randomUUID()}`;
  const started: CacheNode[] = [];
  const start = async (options: Options = {}) => {
    const node = await startNode(server.url, {
      keyPrefix: prefix,
      concurrentLoads: 8,
      localTierBytes: 0,
      engineSoftTimeoutMs: SOFT_TIMEOUT_MS,
      ...shared,
      ...options,
    });
    started.push(node);
    return node;
  };
  return {
    server,
    prefix,
    start,
    nodes: [await start(), await start(), await start()],
    close: async () => {
      await Promise.all(started.map((node) => node.close()));
      await server.stop();
    },
  };
}

async function startNode(url: string, options: Omit<QueryCacheOptions, 'engine'>): Promise<CacheNode> {
  const address = parseEngineUrl(url);
  const engine =
    address.kind === 'memcached'
      ? new MemcachedEngine(address, DEADLINE_MS)
      : new RedisEngine(address, DEADLINE_MS);
  engine.start();
  await until(() => engine.isReady);
  const module: TestingModule = await Test.createTestingModule({
    imports: [QueryCacheModule.forRoot({ engine, ...options })],
  }).compile();
  return {
    engine,
    cache: module.get(QueryCacheService),
    store: module.get(QueryCacheStore),
    close: async () => {
      await module.close();
      engine.close();
    },
  };
}
