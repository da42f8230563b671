import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { nodesOfShard } from '../engines/node-names.js';
import type { QueryCacheVariant } from '../engines/query-cache.js';
import type { Parameters } from '../parameters/parameters.js';
import { type Alarms, MINUTE } from './alarms.js';

/** Connections of one task to one node: calls and subscriptions of two roles, twice while a connection is replaced. */
const CONNECTIONS_PER_TASK = 8;

interface Rule {
  name: string;
  statistic: 'Maximum' | 'Sum';
  threshold: number;
  minutes?: number;
  meaning: string;
}

/** Source of the recommended metrics, read 2026-11-28: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
function clusterRules(mostTasks: number): Rule[] {
  return [
    {
      name: 'EngineCPUUtilization',
      statistic: 'Maximum',
      threshold: 80,
      meaning: 'The engine thread is nearly full. Add shards.',
    },
    {
      name: 'CPUUtilization',
      statistic: 'Maximum',
      threshold: 90,
      meaning: 'The host is nearly full. Use a larger node type.',
    },
    {
      name: 'DatabaseMemoryUsageCountedForEvictPercentage',
      statistic: 'Maximum',
      threshold: 75,
      meaning: 'At 100% writes fail: sign-ins stop, boards come from PostgreSQL. Add shards.',
    },
    {
      name: 'Evictions',
      statistic: 'Sum',
      threshold: 0,
      minutes: 1,
      meaning: 'Sessions were evicted. maxmemory-policy must be noeviction.',
    },
    {
      name: 'ReplicationLag',
      statistic: 'Maximum',
      threshold: 2,
      meaning:
        'A failover now would lose the last seconds of writes. Look at the write rate and the network.',
    },
    {
      name: 'CurrConnections',
      statistic: 'Maximum',
      threshold: mostTasks * CONNECTIONS_PER_TASK,
      meaning: 'More connections than all tasks need: look for reconnects, or for another client.',
    },
    {
      name: 'AuthenticationFailures',
      statistic: 'Sum',
      threshold: 0,
      meaning: 'Somebody failed to sign in. Look at the task role and the users.',
    },
  ];
}

/** One alarm for each rule and shard, over all nodes that the shard can have. A node that does not exist yet has no data. */
export function addSessionsAndBoardsAlarms(
  alarms: Alarms,
  cacheName: string,
  { app, sessionsAndBoards }: Parameters,
): void {
  const { shards, replicas, autoscaling } = sessionsAndBoards;
  const mostReplicas = autoscaling?.maxReplicas ?? replicas;
  for (let shard = 1; shard <= (autoscaling?.maxShards ?? shards); shard += 1) {
    const nodes = nodesOfShard(cacheName, shard, mostReplicas);
    for (const rule of clusterRules(app.tasks.max)) {
      alarms.add(`SessionsAndBoards-${shard}-${rule.name}`, { ...rule, metric: highest(rule, nodes) });
    }
  }
}

function highest({ name, statistic }: Rule, nodes: string[]): MathExpression {
  const metrics = nodes.map((node) => metric(name, statistic, { CacheClusterId: node }));
  return new MathExpression({
    expression: 'MAX(METRICS())',
    usingMetrics: Object.fromEntries(metrics.map((each, index) => [`m${index}`, each])),
    period: MINUTE,
    label: name,
  });
}

function metric(metricName: string, statistic: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace: 'AWS/ElastiCache', metricName, statistic, dimensionsMap, period: MINUTE });
}

/** The cache may evict and lose entries, so few things about it need a person. */
export function addQueryCacheAlarms(
  alarms: Alarms,
  { metricDimensions }: QueryCacheVariant,
  { queryCache }: Parameters,
): void {
  const { deployment, engine } = queryCache;
  metricDimensions.forEach((dimensions, index) => {
    const id = `QueryCache-${index + 1}`;
    if (engine === 'valkey')
      alarms.add(`${id}-CacheHitRate`, {
        metric: metric('CacheHitRate', 'Average', dimensions),
        // Serverless and nodes alike report percent.
        threshold: 50,
        when: 'below',
        minutes: 30,
        meaning:
          'Most lookups miss. Look for evictions, short lifetimes or invalidations in GET /api/query-cache/stats.',
      });
    alarms.add(`${id}-Evictions`, {
      metric: metric('Evictions', 'Sum', dimensions),
      threshold: 1000,
      minutes: 15,
      meaning: 'The cache is too small for what is read. Allow more memory, if the hit rate is low as well.',
    });
    if (deployment === 'serverless')
      alarms.add(`${id}-ThrottledCmds`, {
        metric: metric('ThrottledCmds', 'Sum', dimensions),
        threshold: 0,
        meaning:
          'Commands are refused: the load is above maxEcpuPerSecond, or grows faster than the cache. Raise the limit.',
      });
    else
      alarms.add(`${id}-CPUUtilization`, {
        metric: metric('CPUUtilization', 'Maximum', dimensions),
        threshold: 90,
        meaning: 'A node of the query cache is nearly full. Add nodes or shards.',
      });
  });
}
