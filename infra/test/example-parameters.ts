import { readFileSync } from 'node:fs';

/** A deep change of the parameters: objects are merged, undefined removes a key. */
export type Change = Record<string, unknown>;

const example: unknown = JSON.parse(readFileSync(new URL('../parameters.json', import.meta.url), 'utf8'));

/** The parameters of the repository with a change. */
export function parametersWith(change: Change = {}): unknown {
  return merge(example, change);
}

function merge(base: unknown, change: unknown): unknown {
  if (!isRecord(base) || !isRecord(change)) return change;
  const keys = new Set([...Object.keys(base), ...Object.keys(change)]);
  const merged = [...keys].map((key) => [key, key in change ? merge(base[key], change[key]) : base[key]]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const WITHOUT_LIMITS = { maxDataGiB: undefined, maxEcpuPerSecond: undefined };

export const ON_NODES = {
  queryCache: { ...WITHOUT_LIMITS, deployment: 'nodes', nodeType: 'cache.r7g.large', shards: 1, replicas: 1 },
};

export const ON_MEMCACHED = {
  queryCache: {
    ...WITHOUT_LIMITS,
    deployment: 'nodes',
    engine: 'memcached',
    nodeType: 'cache.m7g.large',
    nodes: 3,
  },
};

export const SERVERLESS_MEMCACHED = { queryCache: { engine: 'memcached' } };
