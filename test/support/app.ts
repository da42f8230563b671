import type { AddressInfo } from 'node:net';
import type { LoggerService, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { inject } from 'vitest';
import type { EngineKind, LocalServer } from '../../local/index.js';
import { API, AppModule } from '../../src/app.module.js';
import { CONFIG, readConfig } from '../../src/config/index.js';
import { configureHttp } from '../../src/http/index.js';
import type { Readiness } from '../../src/http/health/health.wire.js';
import { createDatabase } from './database.js';
import { kindsOfRun } from './profiles/profile.js';
import { startTestEngine } from './profiles/test-engine.js';
import { patient, productionSettings, type Settings } from './settings.js';
import { until } from './until.js';

export interface AppOptions {
  /** The engine of sessions, leaderboard and query cache. Default: the first installed one. */
  engine?: EngineKind;
  /** A separate engine for the query cache. */
  cacheEngine?: EngineKind;
  settings?: Settings;
  logger?: LoggerService;
}

export interface TestApp extends TestNode {
  databaseUrl: string;
  engine: LocalServer;
  cacheEngine: LocalServer;
  /** Starts another node on the same engines and database. `settings` override those of the first. */
  startNode(settings?: Settings): Promise<TestNode>;
}

export interface TestNode {
  url: string;
  /** A provider of the application, for what its API does not show. */
  get<T>(type: Type<T> | string | symbol): T;
  close(): Promise<void>;
}

/** Starts the whole application in this process, on new engines and a new database. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const engine = await startTestEngine(options.engine ?? redisLike());
  const cacheEngine = options.cacheEngine ? await startTestEngine(options.cacheEngine) : engine;
  const databaseUrl = await createDatabase();
  const settings = {
    ...productionSettings(databaseUrl, engine.url),
    ...patient,
    CACHE_ENGINE_URL: cacheEngine.url,
    ...options.settings,
  };
  const startNode = async (others: Settings = {}) => {
    const started = await startOn({ ...settings, ...others }, options.logger);
    await until(async () => (await readinessOf(started)).status === 'ok');
    return started;
  };
  const node = await startNode();
  return {
    ...node,
    databaseUrl,
    engine,
    cacheEngine,
    startNode,
    close: async () => {
      await node.close();
      await engine.stop();
      await cacheEngine.stop();
    },
  };
}

/** Starts a node with exactly these settings. Its engines and database may be down. */
export async function startOn(settings: Settings, logger?: LoggerService): Promise<TestNode> {
  const config = readConfig(settings);
  const module = await Test.createTestingModule({ imports: [AppModule.for(config)] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .setLogger(logger ?? SILENT)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({
    bodyParser: false,
    logger: logger ?? SILENT,
  });
  configureHttp(app, API);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, get: (type) => app.get(type), close: () => app.close() };
}

export async function readinessOf({
  url,
}: Pick<TestNode, 'url'>): Promise<Readiness & { httpStatus: number }> {
  const response = await fetch(`${url}/health/ready`);
  return { httpStatus: response.status, ...((await response.json()) as Readiness) };
}

/** Returns those of `kinds` that are installed. One in a run on a profile. */
export function installed(...kinds: EngineKind[]): EngineKind[] {
  return kindsOfRun(kinds.filter((kind) => inject('engines').includes(kind)));
}

/** Valkey, or Redis if Valkey is not installed. For tests where the kind does not matter. */
export function redisLike(): 'redis' | 'valkey' {
  const [kind] = redisLikes();
  if (!kind)
    throw new Error('Neither Valkey nor Redis is installed. Run npm start once, which installs them.');
  return kind;
}

/** Valkey and Redis, as far as they are installed. */
export function redisLikes(): ('redis' | 'valkey')[] {
  return installed('valkey', 'redis') as ('redis' | 'valkey')[];
}

const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };
