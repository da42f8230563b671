import { CfnServerlessCache, type CfnServerlessCacheProps } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { QUERIES_ACL } from './acl.js';
import { iamClusterUrl } from './engine-url.js';
import { createEngineUser, createUserGroup, grantConnect } from './engine-user.js';
import type { QueryCacheProps, QueryCacheVariant } from './query-cache.js';

/** ElastiCache Serverless: nothing to size. It always uses TLS, spans the zones, and evicts volatile keys when it is full. */
export function createServerless(scope: Construct, props: QueryCacheProps): QueryCacheVariant {
  return props.parameters.queryCache.engine === 'memcached'
    ? createMemcached(scope, props)
    : createValkey(scope, props);
}

function createValkey(scope: Construct, props: QueryCacheProps): QueryCacheVariant {
  const { name, region } = props.parameters;
  const cacheName = `${name}-queries`;
  const user = createEngineUser(scope, 'User', { name: cacheName, acl: QUERIES_ACL });
  const userGroupId = createUserGroup(scope, cacheName, [user]).ref;
  const cache = createCache(scope, props, { engine: 'valkey', majorEngineVersion: '8', userGroupId });
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

/** Memcached has no users: only the security group limits access. */
function createMemcached(scope: Construct, props: QueryCacheProps): QueryCacheVariant {
  const cache = createCache(scope, props, { engine: 'memcached', majorEngineVersion: '1.6' });
  return {
    url: `memcacheds://${cache.attrEndpointAddress}:${cache.attrEndpointPort}`,
    metricDimensions: [{ ServerlessCacheName: cache.serverlessCacheName }],
    grantConnect: () => undefined,
  };
}

type EngineProps = Pick<CfnServerlessCacheProps, 'engine' | 'majorEngineVersion' | 'userGroupId'>;

function createCache(
  scope: Construct,
  { parameters, network, key }: QueryCacheProps,
  engine: EngineProps,
): CfnServerlessCache {
  const { name, queryCache } = parameters;
  return new CfnServerlessCache(scope, 'Cache', {
    ...engine,
    serverlessCacheName: `${name}-queries`,
    description: 'Answers of queries: may be evicted',
    cacheUsageLimits: {
      dataStorage: { unit: 'GB', maximum: queryCache.maxDataGiB },
      ecpuPerSecond: { maximum: queryCache.maxEcpuPerSecond },
    },
    subnetIds: network.vpc.selectSubnets({ subnetGroupName: 'data' }).subnetIds,
    securityGroupIds: [network.queryCacheGroup.securityGroupId],
    kmsKeyId: key.keyArn,
  });
}
