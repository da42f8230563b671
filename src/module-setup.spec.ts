import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { CacheManagerModule } from './cache-manager/index.js';
import { ModuleSetupError } from './common/index.js';
import { DatabaseModule, type DatabaseOptions } from './database/index.js';
import {
  EngineModule,
  type EngineOptions,
  Engines,
  MemcachedEngine,
  parseEngineUrl,
} from './engine/index.js';
import { LeaderboardModule } from './leaderboard/index.js';
import { QueryCacheModule } from './query-cache/index.js';
import { SessionsModule } from './sessions/index.js';

const address = parseEngineUrl('redis://127.0.0.1:1');
async function bootError(...imports: DynamicModule[]): Promise<Error> {
  const error: unknown = await Test.createTestingModule({ imports })
    .setLogger(false as never)
    .compile()
    .then(
      () => new Error('The application has started.'),
      (reason: unknown) => reason,
    );
  return error as Error;
}

const MODULES = { LeaderboardModule, SessionsModule, QueryCacheModule, CacheManagerModule };
const FOUNDATIONS = {
  EngineModule: EngineModule.forRoot({ roles: {}, deadlineMs: 300 }),
  DatabaseModule: DatabaseModule.forRoot({ url: 'postgres://127.0.0.1:1/none' }),
};
const isFoundation = (name: string): name is keyof typeof FOUNDATIONS => name in FOUNDATIONS;

interface Template {
  name: string;
  kind: string;
  needs?: string[];
  module?: { class: string };
}
const templates = readdirSync('src')
  .map((folder) => `src/${folder}/template.json`)
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Template);
const classOf = (name: string) => templates.find((template) => template.name === name)?.module?.class ?? '';

/** Each module that can be copied, with each foundation that it needs, by class. */
const NEEDS = templates
  .filter(({ kind }) => kind === 'module')
  .flatMap(({ name, needs = [] }) => {
    const foundations = needs.map(classOf).filter(isFoundation);
    return foundations.map((missing) => ({ module: classOf(name), missing, foundations }));
  });

describe('an application that does not import what a module needs', () => {
  it('is known for every module', () => {
    expect([...new Set(NEEDS.map(({ module }) => module))].toSorted()).toEqual(
      Object.keys(MODULES).toSorted(),
    );
  });

  it.each(NEEDS)(
    'does not start, and names the import, if $module has no $missing',
    async ({ module, missing, foundations }) => {
      const present = foundations.filter((name) => name !== missing).map((name) => FOUNDATIONS[name]);
      const useFactory = () => new Promise<never>(() => undefined);
      const copied = MODULES[module as keyof typeof MODULES].forRootAsync({ inject: [Engines], useFactory });
      for (const imports of [
        [...present, copied],
        [copied, ...present],
      ]) {
        const error = await bootError(...imports);
        expect(error).toBeInstanceOf(ModuleSetupError);
        expect(error.message).toMatch(
          new RegExp(` needs ${missing}\\. Add ${missing}.* to the imports of the root module\\.$`),
        );
      }
    },
  );
});

describe('an application with wrong options', () => {
  const memcached = new MemcachedEngine(parseEngineUrl('memcached://127.0.0.1:1'), 300);
  const right = { engine: memcached, keyPrefix: 'shop', concurrentLoads: 4 };

  it.each<[string, DynamicModule, RegExp[]]>([
    [
      'no engine',
      QueryCacheModule.forRoot({ ...right, engine: undefined as never }),
      [/engine must be an engine/],
    ],
    [
      'an empty key prefix',
      QueryCacheModule.forRoot({ ...right, keyPrefix: '' }),
      [/keyPrefix must be 1 to 100/],
    ],
    [
      'a key prefix with a hash tag',
      CacheManagerModule.forRoot({ ...right, keyPrefix: '{a}' }),
      [/without spaces and braces/],
    ],
    [
      'no loads',
      QueryCacheModule.forRoot({ ...right, concurrentLoads: 0 }),
      [/concurrentLoads must be a whole number from 1/],
    ],
    [
      'Memcached for boards, and no keys',
      LeaderboardModule.forRoot({ engine: memcached as never, keyPrefix: 'shop', gameServerKeys: [] }),
      [
        /engine must be Redis or Valkey, for example engines\.redisFor\('leaderboard'\)/,
        /gameServerKeys must be a list/,
      ],
    ],
    [
      'Memcached and an empty secret for sessions',
      SessionsModule.forRoot({
        engine: memcached as never,
        keyPrefix: 'shop',
        secrets: [''],
        sealingKeys: ['short'],
        idleSeconds: 0.5,
        absoluteSeconds: 60,
        perAccount: 10,
        cookieSecure: 'yes' as never,
      }),
      [
        /engine must be Redis or Valkey/,
        /secrets.* no key may be empty/,
        /32 bytes/,
        /idleSeconds/,
        /cookieSecure/,
      ],
    ],
    [
      'an engine role without a value',
      engine({ roles: { cache: undefined as never } }),
      [/roles\.cache must be an engine address/],
    ],
    ['a URL as an engine', engine({ roles: { cache: 'redis://a' as never } }), [/parseEngineUrl/]],
    ['no engine roles', engine({ roles: undefined }), [/must name the engine of each role/]],
    [
      'a deadline that is no number',
      engine({ deadlineMs: Number.NaN }),
      [/deadlineMs must be a whole number/],
    ],
    ['no database', database({} as never), [/DatabaseModule: needs url.* or pool\.$/]],
    ['a database of another kind', database({ url: 'mysql://h/d' }), [/url must be a PostgreSQL URL/]],
    ['a URL and a pool', database({ url: 'postgres://h/d', pool: new Pool() }), [/needs url.* or pool\.$/]],
    ['a pool of something else', database({ pool: {} as never }), [/pool must be a Pool of pg/]],
    ['a pool and a schema', database({ pool: new Pool(), schema: 'a' }), [/schema needs url/]],
    [
      'a schema that needs quotes',
      database({ url: 'postgres://h/d', schema: 'A"' }),
      [/schema must be a name/],
    ],
  ])('does not start with %s, and says what to pass', async (_what, module, messages) => {
    const error = await bootError(module);
    expect(error).toBeInstanceOf(ModuleSetupError);
    for (const message of messages) expect(error.message).toMatch(message);
  });

  function engine(changes: Partial<EngineOptions>): DynamicModule {
    return EngineModule.forRoot({ roles: { cache: address }, deadlineMs: 300, ...changes });
  }

  function database(options: DatabaseOptions): DynamicModule {
    return DatabaseModule.forRoot(options);
  }
});
