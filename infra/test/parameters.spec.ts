import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readParameterFile } from '../lib/parameters/parameter-file.js';
import { ParameterError, readParameters } from '../lib/parameters/parameters.js';
import { ON_MEMCACHED, ON_NODES, parametersWith, SERVERLESS_MEMCACHED } from './example-parameters.js';

function problemsOf(input: unknown): readonly string[] {
  try {
    readParameters(input);
  } catch (error) {
    if (error instanceof ParameterError) return error.problems;
    throw error;
  }
  return [];
}

describe('readParameters', () => {
  it.each([
    ['the example', {}],
    ['the query cache on nodes', ON_NODES],
    ['the query cache on Memcached', ON_MEMCACHED],
    ['serverless Memcached', SERVERLESS_MEMCACHED],
    ['a durable cluster', { sessionsAndBoards: { engineVersion: '9.0', durability: 'sync' } }],
    [
      'no autoscaling on a burstable node',
      { sessionsAndBoards: { nodeType: 'cache.t4g.medium', autoscaling: undefined } },
    ],
  ])('accepts %s', (_, change) => {
    expect(problemsOf(parametersWith(change))).toEqual([]);
  });

  it.each([
    [{ region: undefined }, /^region is missing\. It must be an AWS region/],
    [{ queryCache: { nodetype: 'x' } }, /^queryCache\.nodetype is not a parameter\./],
    [
      { sessionsAndBoards: { shards: 0 } },
      /^sessionsAndBoards\.shards must be a whole number from 1 to 90\./,
    ],
    [{ sessionsAndBoards: { shards: '2' } }, /^sessionsAndBoards\.shards must be a whole number/],
    [{ queryCache: undefined }, /^queryCache is missing\. It must be an object with the fields of infra/],
    [{ app: { tasks: 3 } }, /^app\.tasks must be an object/],
    [{ name: 'My App' }, /^name must be 2 to 15 lower-case letters/],
    [{ zones: ['eu-central-1a', 'eu-central-1b'] }, /^zones must be a list of three zones\./],
  ])('names the wrong parameter of %j', (change, message) => {
    expect(problemsOf(parametersWith(change))).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      'Memcached for sessions',
      { sessionsAndBoards: { engine: 'memcached' } },
      /has no sorted sets.*Write valkey/,
    ],
    [
      'a cluster without replicas',
      { sessionsAndBoards: { replicas: 0 } },
      /Multi-AZ: without a replica.*Write 2/,
    ],
    [
      'too many nodes',
      { sessionsAndBoards: { shards: 40, autoscaling: undefined } },
      /can have 120 nodes, and a cluster at most 90/,
    ],
    [
      'durability before Valkey 9',
      { sessionsAndBoards: { durability: 'async' } },
      /needs Valkey 9\.0\. Write engineVersion 9\.0/,
    ],
    [
      'durability on a burstable node',
      {
        sessionsAndBoards: {
          durability: 'async',
          engineVersion: '9.0',
          nodeType: 'cache.t4g.medium',
          autoscaling: undefined,
        },
      },
      /durability async is not offered on cache\.t4g\.medium\. Use an R, M or C node/,
    ],
    [
      'autoscaling on a burstable node',
      { sessionsAndBoards: { nodeType: 'cache.t4g.medium' } },
      /autoscaling is not offered.*remove autoscaling/,
    ],
    [
      'autoscaling below the size',
      { sessionsAndBoards: { shards: 5 } },
      /maxShards is below shards\. Raise it/,
    ],
    [
      'a serverless cache with a node type',
      { queryCache: { nodeType: 'cache.r7g.large' } },
      /nodeType does not fit: A serverless cache has maxDataGiB/,
    ],
    [
      'nodes without a type',
      { queryCache: { ...ON_NODES.queryCache, nodeType: undefined } },
      /nodeType is missing\. Valkey on nodes needs/,
    ],
    [
      'nodes with the limits of serverless',
      { queryCache: { ...ON_NODES.queryCache, maxDataGiB: 10 } },
      /maxDataGiB does not fit: Valkey on nodes has/,
    ],
    [
      'Memcached with replicas',
      { queryCache: { ...ON_MEMCACHED.queryCache, replicas: 1 } },
      /replicas does not fit: Memcached on nodes has/,
    ],
    [
      'a query cache without replicas',
      { queryCache: { ...ON_NODES.queryCache, replicas: 0 } },
      /queryCache\.replicas is 0.*Write 1/,
    ],
    [
      'one node of Memcached',
      { queryCache: { ...ON_MEMCACHED.queryCache, nodes: 1 } },
      /would empty the cache\. Write 2 or 3/,
    ],
    ['zones of another region', { region: 'eu-west-1' }, /zones are not all in the region eu-west-1/],
    [
      'a certificate of another region',
      { certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/x' },
      /needs a certificate of its own region/,
    ],
    ['a moving tag', { app: { image: { tag: 'latest' } } }, /Name the tag of one version/],
    ['more tasks at least than at most', { app: { tasks: { min: 5, max: 2 } } }, /Raise max/],
    ['memory that Fargate does not offer', { app: { memoryMiB: 1024 } }, /Fargate takes 2048 to 8192/],
  ])('refuses %s in one sentence that says what to write', (_, change, message) => {
    expect(problemsOf(parametersWith(change))).toContainEqual(expect.stringMatching(message));
  });
});

describe('readParameterFile', () => {
  it.each([
    ['nowhere.json', /The file cannot be read\. Correct it, or name another in PARAMETERS/],
    [fileURLToPath(import.meta.url), /The file is not JSON\. Correct it/],
  ])('says what is wrong with %s', (file, message) => {
    expect(() => readParameterFile(file)).toThrow(message);
  });
});
