import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from './options.js';

describe('readOptions', () => {
  it('defaults to one node on port 3000 and any installed engine', () => {
    expect(readOptions([], {})).toEqual({
      help: false,
      engine: undefined,
      topology: 'standalone',
      tls: false,
      profile: undefined,
      nodes: 1,
      watch: false,
      debug: false,
      port: 3000,
      databaseUrl: undefined,
      engineUrl: undefined,
      cacheEngineUrl: undefined,
    });
  });

  it('reads options and the environment', () => {
    const options = readOptions(['--engine', 'memcached', '--nodes=2'], {
      PORT: '4000',
      DATABASE_URL: 'postgres://host/caching',
    });
    expect(options).toMatchObject({
      engine: 'memcached',
      nodes: 2,
      port: 4000,
      databaseUrl: 'postgres://host/caching',
    });
  });

  it('treats an empty value as unset', () => {
    expect(readOptions([], { PORT: '', ENGINE_URL: '' })).toMatchObject({
      port: 3000,
      engineUrl: undefined,
    });
  });

  it.each<[string[], NodeJS.ProcessEnv, string]>([
    [['--frobnicate'], {}, "Unknown option '--frobnicate'. See npm start -- --help."],
    [['cluster'], {}, "Unexpected argument 'cluster'. See npm start -- --help."],
    [['--engine', 'mysql'], {}, '--engine must be one of valkey, redis, memcached, not "mysql".'],
    [['--topology', 'ring'], {}, '--topology must be one of standalone, sentinel, cluster, not "ring".'],
    [
      ['--tls'],
      { ENGINE_URL: 'redis://host' },
      '--topology and --tls apply to servers that npm start starts. Remove them, or remove ENGINE_URL.',
    ],
    [
      ['--as', 'aws'],
      {},
      '--as must be one of elasticache, elasticache-cluster, elasticache-serverless, elasticache-serverless-memcached, ' +
        'elasticache-memcached, redis-cloud, azure, not "aws".',
    ],
    [
      ['--as', 'elasticache', '--engine', 'memcached'],
      {},
      '--as elasticache goes with --engine valkey or redis, not with memcached.',
    ],
    [['--as', 'azure', '--tls'], {}, '--as azure decides the topology and TLS. Remove --topology and --tls.'],
    [
      ['--as', 'elasticache'],
      { ENGINE_URL: 'redis://host' },
      '--as elasticache and ENGINE_URL both choose an engine. Remove one of them.',
    ],
    [['--nodes', '9'], {}, '--nodes must be a whole number from 1 to 8, not "9".'],
    [['--nodes', '2', '--watch'], {}, '--watch and --debug support one node only. Remove --nodes.'],
    [['--nodes', '2', '--debug'], {}, '--watch and --debug support one node only. Remove --nodes.'],
    [[], { PORT: 'http' }, 'PORT must be a whole number from 1 to 65535, not "http".'],
    [['--nodes', '2'], { PORT: '65535' }, 'PORT must be a whole number from 1 to 65534, not "65535".'],
    [
      ['--engine', 'redis'],
      { ENGINE_URL: 'redis://host' },
      '--engine redis and ENGINE_URL both choose an engine. Remove one of them.',
    ],
  ])('rejects %j with environment %j in one sentence', (args, environment, sentence) => {
    expect(() => readOptions(args, environment)).toThrow(new UsageError(sentence));
  });

  it('chooses the engine of a profile that has one only', () => {
    const chosen = (...args: string[]) => readOptions(args, {}).engine;
    expect(chosen('--as', 'elasticache')).toBeUndefined();
    expect(chosen('--as', 'elasticache', '--engine', 'redis')).toBe('redis');
    expect(chosen('--as', 'elasticache-memcached')).toBe('memcached');
  });

  it('enables --watch with --debug', () => {
    expect(readOptions(['--debug'], {})).toMatchObject({ debug: true, watch: true });
    expect(readOptions(['--watch'], {})).toMatchObject({ debug: false, watch: true });
  });

  it.each(['standalone', 'sentinel', 'cluster'])(
    'accepts --topology %s, with and without --tls',
    (topology) => {
      expect(readOptions(['--topology', topology], {})).toMatchObject({ topology, tls: false });
      expect(readOptions(['--topology', topology, '--tls'], {})).toMatchObject({ topology, tls: true });
    },
  );
});
