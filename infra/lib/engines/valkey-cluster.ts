import {
  CfnParameterGroup,
  CfnReplicationGroup,
  type CfnReplicationGroupProps,
} from 'aws-cdk-lib/aws-elasticache';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acceptFinding } from '../accept-finding.js';
import { ENGINE_PORT, type Network } from '../network.js';
import { createSubnetGroup } from './subnet-group.js';

interface ValkeyClusterProps {
  cacheName: string;
  engineVersion: string;
  network: Network;
  securityGroup: ISecurityGroup;
  key: IKey;
  /** Settings of the engine, besides cluster mode. */
  settings: Record<string, string>;
}

type Further = Partial<CfnReplicationGroupProps> & { replicationGroupDescription: string };

/** A Valkey cluster as this stack makes each: sharded, Multi-AZ, with TLS, encrypted at rest. */
export function createValkeyCluster(
  scope: Construct,
  props: ValkeyClusterProps,
  further: Further,
): CfnReplicationGroup {
  const { cacheName, engineVersion, network, securityGroup, key } = props;
  const cluster = new CfnReplicationGroup(scope, 'Cluster', {
    replicationGroupId: cacheName,
    engine: 'valkey',
    engineVersion,
    clusterMode: 'enabled',
    multiAzEnabled: true,
    automaticFailoverEnabled: true,
    port: ENGINE_PORT,
    cacheSubnetGroupName: createSubnetGroup(scope, network).ref,
    securityGroupIds: [securityGroup.securityGroupId],
    cacheParameterGroupName: createParameterGroup(scope, props).ref,
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    atRestEncryptionEnabled: true,
    kmsKeyId: key.keyArn,
    autoMinorVersionUpgrade: true,
    ...further,
  });
  acceptFinding(
    cluster,
    'AwsSolutions-AEC6',
    'Users with least rights sign in with IAM, which AUTH with one shared password cannot do.',
  );
  return cluster;
}

function createParameterGroup(
  scope: Construct,
  { cacheName, engineVersion, settings }: ValkeyClusterProps,
): CfnParameterGroup {
  return new CfnParameterGroup(scope, 'Settings', {
    cacheParameterGroupFamily: `valkey${engineVersion.split('.')[0]}`,
    description: `Settings of ${cacheName}`,
    properties: { 'cluster-enabled': 'yes', ...settings },
  });
}
