import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnReplicationGroup, CfnUser } from 'aws-cdk-lib/aws-elasticache';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Network } from '../network.js';
import type { Parameters } from '../parameters/parameters.js';
import { BOARDS_ACL, SESSIONS_ACL } from './acl.js';
import { scaleAutomatically } from './engine-autoscaling.js';
import { iamClusterUrl } from './engine-url.js';
import { createEngineUser, createUserGroup, grantConnect } from './engine-user.js';
import { createValkeyCluster } from './valkey-cluster.js';

interface SessionsAndBoardsProps {
  parameters: Parameters;
  network: Network;
  key: IKey;
}

/**
 * A primary that is cut off from its replicas refuses writes, which a failover would undo. A promoted primary needs a replica as well,
 * so with one replica its writes would wait for a new node.
 */
const FENCE = { 'min-replicas-to-write': '1', 'min-replicas-max-lag': '2' };

/** One cluster for what must not be evicted. Two users share it: a role reads and writes its own keys only. */
export class SessionsAndBoards extends Construct {
  /** The id that IAM tokens are made for. */
  readonly cacheName: string;
  readonly cluster: CfnReplicationGroup;
  private readonly sessionsUser: CfnUser;
  private readonly boardsUser: CfnUser;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SessionsAndBoardsProps,
  ) {
    super(scope, id);
    const { name, sessionsAndBoards } = props.parameters;
    this.cacheName = `${name}-sessions-boards`;
    this.sessionsUser = createEngineUser(this, 'SessionsUser', {
      name: `${name}-sessions`,
      acl: SESSIONS_ACL,
    });
    this.boardsUser = createEngineUser(this, 'BoardsUser', { name: `${name}-boards`, acl: BOARDS_ACL });
    this.cluster = this.createCluster();
    const { autoscaling } = sessionsAndBoards;
    if (autoscaling)
      scaleAutomatically(this.cluster, { ...sessionsAndBoards, ...autoscaling, cacheName: this.cacheName });
  }

  get sessionsUrl(): string {
    return this.urlFor(this.sessionsUser);
  }

  get boardsUrl(): string {
    return this.urlFor(this.boardsUser);
  }

  grantConnect(grantee: IGrantable): void {
    grantConnect(grantee, `replicationgroup:${this.cacheName}`, [this.sessionsUser, this.boardsUser]);
  }

  private urlFor({ userName }: CfnUser): string {
    return iamClusterUrl({
      user: userName,
      host: this.cluster.attrConfigurationEndPointAddress,
      port: this.cluster.attrConfigurationEndPointPort,
      cache: this.cacheName,
      region: this.props.parameters.region,
    });
  }

  private createCluster(): CfnReplicationGroup {
    const { key, network, parameters } = this.props;
    const { engineVersion, nodeType, shards, replicas, durability, snapshotDays } =
      parameters.sessionsAndBoards;
    const cluster = createValkeyCluster(
      this,
      {
        cacheName: this.cacheName,
        engineVersion,
        network,
        securityGroup: network.sessionsAndBoardsGroup,
        key,
        settings: {
          'maxmemory-policy': 'noeviction',
          // Room for the buffers of a failover and of a snapshot.
          'reserved-memory-percent': '25',
          ...(replicas > 1 && FENCE),
        },
      },
      {
        replicationGroupDescription: 'Sessions and leaderboards: never evicted',
        cacheNodeType: nodeType,
        numNodeGroups: shards,
        replicasPerNodeGroup: replicas,
        // Valkey 8 has no such setting.
        durability: durability === 'disabled' ? undefined : durability,
        userGroupIds: [createUserGroup(this, this.cacheName, [this.sessionsUser, this.boardsUser]).ref],
        snapshotRetentionLimit: snapshotDays,
        snapshotWindow: '02:00-03:00',
        preferredMaintenanceWindow: 'sun:03:30-sun:04:30',
        logDeliveryConfigurations: [this.createSlowLog()],
      },
    );
    cluster.applyRemovalPolicy(RemovalPolicy.SNAPSHOT);
    return cluster;
  }

  private createSlowLog(): CfnReplicationGroup.LogDeliveryConfigurationRequestProperty {
    const logGroup = new LogGroup(this, 'SlowLog', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: this.props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      logType: 'slow-log',
      logFormat: 'json',
      destinationType: 'cloudwatch-logs',
      destinationDetails: { cloudWatchLogsDetails: { logGroup: logGroup.logGroupName } },
    };
  }
}
