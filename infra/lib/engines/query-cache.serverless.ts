import { CfnServerlessCache } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { QUERIES_ACL } from './acl.js';
import { iamClusterUrl } from './engine-url.js';
import { createEngineUser, createUserGroup, grantConnect } from './engine-user.js';
import type { QueryCacheProps, QueryCacheVariant } from './query-cache.js';

/** ElastiCache Serverless: nothing to size. It always uses TLS, spans the zones, and evicts volatile keys when it is full. */
export function createServerless(
  scope: Construct,
  { parameters, network, key }: QueryCacheProps,
): QueryCacheVariant {
  const { name, region, queryCache } = parameters;
  const cacheName = `${name}-queries`;
  const user = createEngineUser(scope, 'User', { name: cacheName, acl: QUERIES_ACL });
  const cache = new CfnServerlessCache(scope, 'Cache', {
    serverlessCacheName: cacheName,
    description: 'Answers of queries: may be evicted',
    engine: 'valkey',
    majorEngineVersion: '8',
    cacheUsageLimits: {
      dataStorage: { unit: 'GB', maximum: queryCache.maxDataGiB },
      ecpuPerSecond: { maximum: queryCache.maxEcpuPerSecond },
    },
    subnetIds: network.vpc.selectSubnets({ subnetGroupName: 'data' }).subnetIds,
    securityGroupIds: [network.queryCacheGroup.securityGroupId],
    kmsKeyId: key.keyArn,
    userGroupId: createUserGroup(scope, cacheName, [user]).ref,
  });
  return {
    url: iamClusterUrl({
      user: user.userName,
      host: cache.attrEndpointAddress,
      port: cache.attrEndpointPort,
      cache: cacheName,
      region,
      isServerless: true,
    }),
    metricDimensions: [{ ServerlessCacheName: cacheName }],
    grantConnect: (grantee) => grantConnect(grantee, `serverlesscache:${cacheName}`, [user]),
  };
}
