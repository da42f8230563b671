import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from './options.js';

describe('readOptions', () => {
  it('starts one node on port 3000 with whatever engine there is and all flights', () => {
    expect(readOptions([], {})).toEqual({
      help: false,
      engine: undefined,
      topology: 'standalone',
      tls: false,
      nodes: 1,
      watch: false,
      debug: false,
      port: 3000,
      rows: undefined,
      databaseUrl: undefined,
      engineUrl: undefined,
      cacheEngineUrl: undefined,
    });
  });

  it('takes its options and the environment', () => {
    const options = readOptions(['--engine', 'memcached', '--nodes=2'], {
      PORT: '4000',
      DATASET_ROWS: '100000',
      DATABASE_URL: 'postgres://host/caching',
    });
    expect(options).toMatchObject({
      engine: 'memcached',
      nodes: 2,
      port: 4000,
      rows: 100_000,
      databaseUrl: 'postgres://host/caching',
    });
  });

  it('takes an empty line of .env for nothing', () => {
    expect(readOptions([], { PORT: '', DATASET_ROWS: '', ENGINE_URL: '' })).toMatchObject({
      port: 3000,
      rows: undefined,
      engineUrl: undefined,
    });
  });

  it.each<[string[], NodeJS.ProcessEnv, string]>([
    [['--frobnicate'], {}, "Unknown option '--frobnicate'. See npm start -- --help."],
    [['cluster'], {}, "Unexpected argument 'cluster'. See npm start -- --help."],
    [['--engine', 'mysql'], {}, '--engine is one of valkey, redis, memcached, not "mysql".'],
    [['--topology', 'ring'], {}, '--topology is one of standalone, sentinel, cluster, not "ring".'],
    [
      ['--tls'],
      { ENGINE_URL: 'redis://host' },
      '--topology and --tls are for servers started here. Leave them or ENGINE_URL out.',
    ],
    [['--nodes', '9'], {}, '--nodes is a whole number from 1 to 8, not "9".'],
    [['--nodes', '2', '--watch'], {}, '--watch and --debug work with one node; leave out --nodes.'],
    [['--nodes', '2', '--debug'], {}, '--watch and --debug work with one node; leave out --nodes.'],
    [[], { PORT: 'http' }, 'PORT is a whole number from 1 to 65535, not "http".'],
    [['--nodes', '2'], { PORT: '65535' }, 'PORT is a whole number from 1 to 65534, not "65535".'],
    [[], { DATASET_ROWS: '1e6' }, 'DATASET_ROWS is a whole number from 1 to 3000000, not "1e6".'],
    [
      ['--engine', 'redis'],
      { ENGINE_URL: 'redis://host' },
      'Both --engine redis and ENGINE_URL name an engine. Leave one out.',
    ],
  ])('refuses %j with %j in one sentence', (args, environment, sentence) => {
    expect(() => readOptions(args, environment)).toThrow(new UsageError(sentence));
  });

  it('turns on --watch with --debug', () => {
    expect(readOptions(['--debug'], {})).toMatchObject({ debug: true, watch: true });
    expect(readOptions(['--watch'], {})).toMatchObject({ debug: false, watch: true });
  });

  it.each(['standalone', 'sentinel', 'cluster'])(
    'takes --topology %s, with and without --tls',
    (topology) => {
      expect(readOptions(['--topology', topology], {})).toMatchObject({ topology, tls: false });
      expect(readOptions(['--topology', topology, '--tls'], {})).toMatchObject({ topology, tls: true });
    },
  );
});
