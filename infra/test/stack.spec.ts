import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { resourceTable } from '../lib/resource-table.js';
import { ON_MEMCACHED, ON_NODES, SERVERLESS_MEMCACHED } from './example-parameters.js';
import { synthesise } from './synthesise.js';

type Synthesised = ReturnType<typeof synthesise>;

/** The template assertions throw; this makes each of them an expectation. */
function expectResource(template: Template, type: string, properties: object): void {
  expect(() => template.hasResourceProperties(type, properties)).not.toThrow();
}

describe('the stack', () => {
  let synthesised: Synthesised;
  let template: Template;
  beforeAll(() => {
    synthesised = synthesise();
    template = synthesised.template;
  });

  it('spans three zones, and only the load balancer has an Internet route', () => {
    const zones = Object.values(template.findResources('AWS::EC2::Subnet')).map(
      ({ Properties }) => Properties.AvailabilityZone,
    );
    expect(new Set(zones)).toEqual(new Set(['eu-central-1a', 'eu-central-1b', 'eu-central-1c']));
    expect(Object.keys(template.findResources('AWS::EC2::Route')).every((id) => id.includes('public'))).toBe(
      true,
    );
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
  });

  it('keeps sessions and boards on one encrypted Multi-AZ cluster that never evicts', () => {
    expectResource(template, 'AWS::ElastiCache::ReplicationGroup', {
      ClusterMode: 'enabled',
      NumNodeGroups: 2,
      ReplicasPerNodeGroup: 2,
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
      KmsKeyId: Match.anyValue(),
      SnapshotRetentionLimit: 7,
      AuthToken: Match.absent(),
      Durability: Match.absent(),
    });
    expectResource(template, 'AWS::ElastiCache::ParameterGroup', {
      CacheParameterGroupFamily: 'valkey8',
      Properties: Match.objectLike({
        'cluster-enabled': 'yes',
        'maxmemory-policy': 'noeviction',
        'min-replicas-to-write': '1',
      }),
    });
  });

  it('signs every user in with IAM, as its id, without all commands or all keys', () => {
    const users = Object.values(template.findResources('AWS::ElastiCache::User')).map(
      ({ Properties }) => Properties,
    );
    expect(users.map(({ UserName }) => UserName)).toEqual([
      'caching-sessions',
      'caching-boards',
      'caching-queries',
    ]);
    for (const { UserId, UserName, AuthenticationMode, AccessString } of users) {
      expect({ UserId, AuthenticationMode }).toEqual({
        UserId: UserName,
        AuthenticationMode: { Type: 'iam' },
      });
      expect(AccessString).toMatch(/^on -@all /);
      expect(AccessString).not.toMatch(/\+@|~\*|&\*|allkeys|allcommands|nopass/);
    }
  });

  it('lets the task connect to its two caches as its three users, and to nothing else', () => {
    const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const connects = statements.filter(({ Action }) => Action === 'elasticache:Connect');
    const resources = connects.flatMap(({ Resource }) => Resource as { 'Fn::Join': [string, unknown[]] }[]);
    const names = resources.map((resource) => resource['Fn::Join'][1].at(-1));
    expect(names).toEqual([
      ':replicationgroup:caching-sessions-boards',
      ':user:caching-sessions',
      ':user:caching-boards',
      ':serverlesscache:caching-queries',
      ':user:caching-queries',
    ]);
  });

  it('scales shards and replicas between their limits', () => {
    for (const [dimension, min, max] of [
      ['NodeGroups', 2, 4],
      ['Replicas', 2, 3],
    ] as const) {
      expectResource(template, 'AWS::ApplicationAutoScaling::ScalableTarget', {
        ScalableDimension: `elasticache:replication-group:${dimension}`,
        ResourceId: 'replication-group/caching-sessions-boards',
        MinCapacity: min,
        MaxCapacity: max,
      });
    }
  });

  it('keeps a browser on one task, over HTTPS', () => {
    expectResource(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/health/ready',
      TargetGroupAttributes: Match.arrayWith([
        { Key: 'stickiness.enabled', Value: 'true' },
        { Key: 'stickiness.type', Value: 'lb_cookie' },
      ]),
    });
    expectResource(template, 'AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    });
  });

  it('runs PostgreSQL in two zones, encrypted, with TLS only', () => {
    expectResource(template, 'AWS::RDS::DBInstance', {
      MultiAZ: true,
      StorageEncrypted: true,
      DeletionProtection: true,
      PubliclyAccessible: false,
    });
    expectResource(template, 'AWS::RDS::DBParameterGroup', { Parameters: { 'rds.force_ssl': '1' } });
  });

  it('raises an alarm for each question of docs/elasticache.md, on every shard that autoscaling can add', () => {
    const names = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    const metrics = [
      'EngineCPU',
      'CPUUtilization',
      'DatabaseMemory',
      'Evictions',
      'ReplicationLag',
      'CurrConnections',
    ];
    for (const metric of metrics) {
      for (const shard of [1, 2, 3, 4]) {
        expect(names).toContainEqual(expect.stringMatching(new RegExp(`SessionsAndBoards${shard}${metric}`)));
      }
    }
    expect(names).toContainEqual(expect.stringMatching(/QueryCache1CacheHitRate/));
  });

  it('generates secrets that are base64 of 32 bytes', () => {
    const secrets = Object.entries(template.findResources('AWS::SecretsManager::Secret')).filter(([id]) =>
      id.startsWith('AppSecrets'),
    );
    expect(secrets).toHaveLength(4);
    for (const [, { Properties }] of secrets) {
      expect(Properties.GenerateSecretString).toEqual({ PasswordLength: 43, ExcludePunctuation: true });
    }
  });

  it('tags everything with application, cost centre and part', () => {
    expectResource(template, 'AWS::ElastiCache::ServerlessCache', {
      Tags: Match.arrayWith([
        { Key: 'application', Value: 'caching' },
        { Key: 'cost-centre', Value: 'caching-demo' },
        { Key: 'part', Value: 'QueryCache' },
      ]),
    });
  });

  it('is printed as a table of parts and resources', () => {
    const table = resourceTable(synthesised.stack);
    expect(table).toContainEqual(
      expect.stringMatching(/^SessionsAndBoards +ElastiCache::ReplicationGroup +1$/),
    );
  });
});

describe('the query cache', () => {
  it('is serverless with limits', () => {
    expectResource(synthesise().template, 'AWS::ElastiCache::ServerlessCache', {
      Engine: 'valkey',
      CacheUsageLimits: { DataStorage: { Unit: 'GB', Maximum: 10 }, ECPUPerSecond: { Maximum: 20_000 } },
      UserGroupId: Match.anyValue(),
      KmsKeyId: Match.anyValue(),
    });
  });

  it('evicts the least recently used answers on nodes', () => {
    const { template } = synthesise(ON_NODES);
    expectResource(template, 'AWS::ElastiCache::ParameterGroup', {
      Properties: Match.objectLike({ 'maxmemory-policy': 'allkeys-lru' }),
    });
    template.resourceCountIs('AWS::ElastiCache::ReplicationGroup', 2);
  });

  it('is serverless Memcached without users', () => {
    const { template } = synthesise(SERVERLESS_MEMCACHED);
    expectResource(template, 'AWS::ElastiCache::ServerlessCache', {
      Engine: 'memcached',
      UserGroupId: Match.absent(),
    });
    template.resourceCountIs('AWS::ElastiCache::User', 2);
  });

  it('spreads Memcached over zones, with TLS', () => {
    expectResource(synthesise(ON_MEMCACHED).template, 'AWS::ElastiCache::CacheCluster', {
      Engine: 'memcached',
      NumCacheNodes: 3,
      AZMode: 'cross-az',
      TransitEncryptionEnabled: true,
    });
  });

  it('leaves sessions and boards durable where that is asked for', () => {
    expectResource(
      synthesise({ sessionsAndBoards: { engineVersion: '9.0', durability: 'sync' } }).template,
      'AWS::ElastiCache::ReplicationGroup',
      {
        Durability: 'sync',
        EngineVersion: '9.0',
      },
    );
  });
});
