import type { Parameters } from './parameters.js';

/** Nodes of one cluster without a raised service quota. */
export const MOST_NODES = 90;

type QueryCache = Parameters['queryCache'];
const OPTIONAL = ['maxDataGiB', 'maxEcpuPerSecond', 'nodeType', 'shards', 'replicas', 'nodes'] as const;
type Optional = (typeof OPTIONAL)[number];

const VARIANTS: Record<string, { name: string; fields: readonly Optional[] }> = {
  'serverless valkey': { name: 'A serverless cache', fields: ['maxDataGiB', 'maxEcpuPerSecond'] },
  'nodes valkey': { name: 'Valkey on nodes', fields: ['nodeType', 'shards', 'replicas'] },
  'nodes memcached': { name: 'Memcached on nodes', fields: ['nodeType', 'nodes'] },
};

/** What belongs to one kind of query cache only is refused for the others. */
export function queryCacheConflicts({ queryCache }: Parameters): string[] {
  const variant = VARIANTS[`${queryCache.deployment} ${queryCache.engine}`];
  if (!variant)
    return [
      'queryCache cannot be serverless with memcached: it has no users, so every task in the network could read it. Write engine valkey, or deployment nodes.',
    ];
  return [
    ...fieldsOfOthers(queryCache, variant),
    ...missingFields(queryCache, variant),
    ...sizeConflicts(queryCache),
  ];
}

function fieldsOfOthers(
  queryCache: QueryCache,
  { name, fields }: { name: string; fields: readonly Optional[] },
): string[] {
  return OPTIONAL.filter((field) => queryCache[field] !== undefined && !fields.includes(field)).map(
    (field) =>
      `queryCache.${field} does not fit: ${name} has ${fields.join(' and ')}. Remove it, or choose another deployment or engine.`,
  );
}

function missingFields(
  queryCache: QueryCache,
  { name, fields }: { name: string; fields: readonly Optional[] },
): string[] {
  return fields
    .filter((field) => queryCache[field] === undefined)
    .map((field) => `queryCache.${field} is missing. ${name} needs ${fields.join(' and ')}.`);
}

function sizeConflicts({ shards = 1, replicas, nodes }: QueryCache): string[] {
  const problems: string[] = [];
  if (replicas === 0)
    problems.push(
      'queryCache.replicas is 0, but the cache is Multi-AZ: without a replica nothing can be promoted. Write 1.',
    );
  if (shards * (1 + (replicas ?? 0)) > MOST_NODES)
    problems.push(
      `queryCache has more than ${MOST_NODES} nodes. Use fewer shards or replicas, or larger nodes.`,
    );
  if (nodes === 1)
    problems.push('queryCache.nodes is 1, so losing its zone would empty the cache. Write 2 or 3.');
  return problems;
}
