import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';

interface ScalingLimits {
  cacheName: string;
  shards: number;
  replicas: number;
  maxShards: number;
  maxReplicas: number;
}

type Dimension = 'NodeGroups' | 'Replicas';

/** In percent. ElastiCache accepts 35 to 70. */
const TARGET = 60;
/** Adding a shard moves slots, which takes minutes and loads the primaries. */
const COOLDOWN_SECONDS = 600;

/**
 * Shards follow memory and engine CPU of the primaries. Replicas follow their own CPU: the app reads primaries only, so that one
 * matters for other readers.
 */
export function scaleAutomatically(cluster: CfnReplicationGroup, limits: ScalingLimits): void {
  const shards = target(cluster, 'NodeGroups', { limits, min: limits.shards, max: limits.maxShards });
  follow(shards, 'ShardsByMemory', 'ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage');
  follow(shards, 'ShardsByCpu', 'ElastiCachePrimaryEngineCPUUtilization');
  const replicas = target(cluster, 'Replicas', { limits, min: limits.replicas, max: limits.maxReplicas });
  follow(replicas, 'ReplicasByCpu', 'ElastiCacheReplicaEngineCPUUtilization');
}

function target(
  cluster: CfnReplicationGroup,
  dimension: Dimension,
  { limits, min, max }: { limits: ScalingLimits; min: number; max: number },
): CfnScalableTarget {
  const scalable = new CfnScalableTarget(cluster, dimension, {
    serviceNamespace: 'elasticache',
    scalableDimension: `elasticache:replication-group:${dimension}`,
    resourceId: `replication-group/${limits.cacheName}`,
    minCapacity: min,
    maxCapacity: max,
  });
  scalable.addResourceDependency(cluster);
  return scalable;
}

function follow(scalable: CfnScalableTarget, name: string, metric: string): void {
  new CfnScalingPolicy(scalable, name, {
    policyName: name,
    policyType: 'TargetTrackingScaling',
    scalingTargetId: scalable.ref,
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: metric },
      targetValue: TARGET,
      scaleInCooldown: COOLDOWN_SECONDS,
      scaleOutCooldown: COOLDOWN_SECONDS,
    },
  });
}
