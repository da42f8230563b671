import { canBeDurable, canScaleAutomatically } from './node-types.js';
import type { Parameters } from './parameters.js';
import { MOST_NODES, queryCacheConflicts } from './query-cache-conflicts.js';

const DURABLE_SINCE = 9;

/** Parameters that are valid alone but do not fit together: one sentence each, with what to write instead. */
export function findConflicts(parameters: Parameters): string[] {
  return [
    ...placeConflicts(parameters),
    ...appConflicts(parameters),
    ...clusterConflicts(parameters),
    ...queryCacheConflicts(parameters),
  ];
}

function placeConflicts({ region, zones, certificateArn }: Parameters): string[] {
  const problems: string[] = [];
  if (new Set(zones).size < zones.length)
    problems.push('zones names a zone twice. Name three different ones.');
  if (!zones.every((zone) => zone.startsWith(region)))
    problems.push(
      `zones are not all in the region ${region}. Write for example ${region}a, ${region}b and ${region}c.`,
    );
  if (certificateArn.split(':')[3] !== region)
    problems.push(
      `certificateArn is not in the region ${region}. A load balancer needs a certificate of its own region.`,
    );
  return problems;
}

function appConflicts({ app: { image, cpu, memoryMiB, tasks } }: Parameters): string[] {
  const problems: string[] = [];
  if (image.tag === 'latest')
    problems.push(
      'app.image.tag is latest, so a restarted task could run another version. Name the tag of one version.',
    );
  if (tasks.min > tasks.max) problems.push('app.tasks.min is above app.tasks.max. Raise max.');
  const vcpus = cpu / 1024;
  const [lowest, highest] = vcpus < 1 ? [1024, 4096] : [vcpus * 2048, vcpus === 4 ? 30_720 : vcpus * 8192];
  if (memoryMiB % 1024 !== 0 || memoryMiB < lowest || memoryMiB > highest)
    problems.push(
      `app.memoryMiB does not fit app.cpu ${cpu}: Fargate takes ${lowest} to ${highest} in steps of 1024.`,
    );
  return problems;
}

function clusterConflicts({ sessionsAndBoards: cluster }: Parameters): string[] {
  const { engine, engineVersion, nodeType, shards, replicas, durability, autoscaling } = cluster;
  if (engine === 'memcached')
    return [
      'sessionsAndBoards.engine cannot be memcached: it has no sorted sets, and a lost node would sign users out. Write valkey; queryCache.engine may be memcached.',
    ];
  const problems: string[] = [];
  if (replicas === 0)
    problems.push(
      'sessionsAndBoards.replicas is 0, but the cluster is Multi-AZ: without a replica nothing can be promoted. Write 2, or at least 1.',
    );
  const nodes =
    Math.max(shards, autoscaling?.maxShards ?? 0) * (1 + Math.max(replicas, autoscaling?.maxReplicas ?? 0));
  if (nodes > MOST_NODES)
    problems.push(
      `sessionsAndBoards can have ${nodes} nodes, and a cluster at most ${MOST_NODES}. Use fewer shards or replicas, or larger nodes.`,
    );
  if (durability !== 'disabled' && Number(engineVersion.split('.')[0]) < DURABLE_SINCE)
    problems.push(
      `sessionsAndBoards.durability ${durability} needs Valkey 9.0. Write engineVersion 9.0, or durability disabled.`,
    );
  if (durability !== 'disabled' && !canBeDurable(nodeType))
    problems.push(
      `sessionsAndBoards.durability ${durability} is not offered on ${nodeType}. Use an R, M or C node of generation 6g or later.`,
    );
  if (autoscaling) problems.push(...autoscalingConflicts(cluster, autoscaling));
  return problems;
}

type Cluster = Parameters['sessionsAndBoards'];

function autoscalingConflicts(
  { nodeType, shards, replicas }: Cluster,
  limits: NonNullable<Cluster['autoscaling']>,
): string[] {
  const problems: string[] = [];
  if (!canScaleAutomatically(nodeType))
    problems.push(
      `sessionsAndBoards.autoscaling is not offered on ${nodeType}. Use large, xlarge or 2xlarge of an R, M or C family, or remove autoscaling.`,
    );
  if (limits.maxShards < shards)
    problems.push('sessionsAndBoards.autoscaling.maxShards is below shards. Raise it.');
  if (limits.maxReplicas < replicas)
    problems.push('sessionsAndBoards.autoscaling.maxReplicas is below replicas. Raise it.');
  return problems;
}
