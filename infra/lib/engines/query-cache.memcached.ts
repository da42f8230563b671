import { CfnCacheCluster } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { acceptFinding } from '../accept-finding.js';
import { MEMCACHED_PORT } from '../network.js';
import { memcachedDiscoveryUrl } from './engine-url.js';
import { createSubnetGroup } from './subnet-group.js';
import type { QueryCacheProps, QueryCacheVariant } from './query-cache.js';

/** Memcached on nodes in several zones. It has TLS but no users: only the security group limits access. */
export function createMemcached(
  scope: Construct,
  { parameters, network }: QueryCacheProps,
): QueryCacheVariant {
  const { nodeType = '', nodes = 2 } = parameters.queryCache;
  const clusterName = `${parameters.name}-queries`;
  const cluster = new CfnCacheCluster(scope, 'Cluster', {
    clusterName,
    engine: 'memcached',
    cacheNodeType: nodeType,
    numCacheNodes: nodes,
    azMode: 'cross-az',
    port: MEMCACHED_PORT,
    cacheSubnetGroupName: createSubnetGroup(scope, network).ref,
    vpcSecurityGroupIds: [network.queryCacheGroup.securityGroupId],
    transitEncryptionEnabled: true,
    preferredMaintenanceWindow: 'sun:04:30-sun:05:30',
    autoMinorVersionUpgrade: true,
  });
  acceptFinding(
    cluster,
    'AwsSolutions-AEC5',
    'The port is open to the security group of the app only. Another number would hide nothing.',
  );
  return {
    url: memcachedDiscoveryUrl(
      cluster.attrConfigurationEndpointAddress,
      cluster.attrConfigurationEndpointPort,
    ),
    metricDimensions: Array.from({ length: nodes }, (_, index) => ({
      CacheClusterId: clusterName,
      CacheNodeId: String(index + 1).padStart(4, '0'),
    })),
    grantConnect: () => undefined,
  };
}
