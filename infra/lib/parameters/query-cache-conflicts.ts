import type { Parameters } from './parameters.js';

/** Nodes of one cluster without a raised service quota. */
export const MOST_NODES = 90;

type QueryCache = Parameters['queryCache'];
const OPTIONAL = ['maxDataGiB', 'maxEcpuPerSecond', 'nodeType', 'shards', 'replicas', 'nodes'] as const;
type Optional = (typeof OPTIONAL)[number];

interface Kind {
  name: string;
  fields: readonly Optional[];
}

const SERVERLESS: Kind = { name: 'A serverless cache', fields: ['maxDataGiB', 'maxEcpuPerSecond'] };
const ON_NODES: Record<QueryCache['engine'], Kind> = {
  valkey: { name: 'Valkey on nodes', fields: ['nodeType', 'shards', 'replicas'] },
  memcached: { name: 'Memcached on nodes', fields: ['nodeType', 'nodes'] },
};

/** What belongs to one kind of query cache only is refused for the others. */
export function queryCacheConflicts({ queryCache }: Parameters): string[] {
  const kind = queryCache.deployment === 'serverless' ? SERVERLESS : ON_NODES[queryCache.engine];
  return [
    ...fieldsOfOthers(queryCache, kind),
    ...missingFields(queryCache, kind),
    ...sizeConflicts(queryCache),
  ];
}

function fieldsOfOthers(queryCache: QueryCache, { name, fields }: Kind): string[] {
  return OPTIONAL.filter((field) => queryCache[field] !== undefined && !fields.includes(field)).map(
    (field) =>
      `queryCache.${field} does not fit: ${name} has ${fields.join(' and ')}. Remove it, or choose another deployment or engine.`,
  );
}

function missingFields(queryCache: QueryCache, { name, fields }: Kind): string[] {
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
