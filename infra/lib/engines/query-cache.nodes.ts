import type { Construct } from 'constructs';
import { QUERIES_ACL } from './acl.js';
import { iamClusterUrl } from './engine-url.js';
import { createEngineUser, createUserGroup, grantConnect } from './engine-user.js';
import { nodeDimensions } from './node-names.js';
import type { QueryCacheProps, QueryCacheVariant } from './query-cache.js';
import { createValkeyCluster } from './valkey-cluster.js';

const ENGINE_VERSION = '8.2';

/** A cluster of nodes that evicts the least recently used answers. */
export function createNodes(
  scope: Construct,
  { parameters, network, key }: QueryCacheProps,
): QueryCacheVariant {
  const { name, region } = parameters;
  const { nodeType, shards = 1, replicas = 1 } = parameters.queryCache;
  const cacheName = `${name}-queries`;
  const user = createEngineUser(scope, 'User', { name: cacheName, acl: QUERIES_ACL });
  const cluster = createValkeyCluster(
    scope,
    {
      cacheName,
      engineVersion: ENGINE_VERSION,
      network,
      securityGroup: network.queryCacheGroup,
      key,
      settings: { 'maxmemory-policy': 'allkeys-lru' },
    },
    {
      replicationGroupDescription: 'Answers of queries: may be evicted',
      cacheNodeType: nodeType,
      numNodeGroups: shards,
      replicasPerNodeGroup: replicas,
      userGroupIds: [createUserGroup(scope, cacheName, [user]).ref],
      // A cache is filled again from the database, so it needs no snapshots.
      snapshotRetentionLimit: 0,
      preferredMaintenanceWindow: 'sun:04:30-sun:05:30',
    },
  );
  return {
    url: iamClusterUrl({
      user: user.userName,
      host: cluster.attrConfigurationEndPointAddress,
      port: cluster.attrConfigurationEndPointPort,
      cache: cacheName,
      region,
    }),
    metricDimensions: nodeDimensions(cacheName, { shards, replicas }),
    grantConnect: (grantee) => grantConnect(grantee, `replicationgroup:${cacheName}`, [user]),
  };
}
