import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseSecret,
  ParameterGroup,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { acceptFinding } from './accept-finding.js';
import { DATABASE_PORT, type Network } from './network.js';
import type { Parameters } from './parameters/parameters.js';

export const DATABASE_USER = 'caching';
export const DATABASE_NAME = 'caching';

interface DatabaseProps {
  parameters: Parameters;
  network: Network;
  key: IKey;
}

/** PostgreSQL on RDS: a standby in another zone, encrypted, TLS only, with backups that can be restored to any second. */
export class Database extends Construct {
  readonly instance: DatabaseInstance;
  /** JSON with username and password. */
  readonly secret: DatabaseSecret;

  constructor(scope: Construct, id: string, { parameters, network, key }: DatabaseProps) {
    super(scope, id);
    const { instanceType, storageGiB, backupDays } = parameters.database;
    const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_18_3 });
    this.secret = new DatabaseSecret(this, 'Secret', { username: DATABASE_USER, encryptionKey: key });
    acceptFinding(
      this.secret,
      'AwsSolutions-SMG4',
      'ECS reads the password when a task starts, so a rotation needs a deployment: infra/README.md has the steps.',
    );
    this.instance = new DatabaseInstance(this, 'Instance', {
      engine,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'data' },
      securityGroups: [network.databaseGroup],
      port: DATABASE_PORT,
      instanceType: new InstanceType(instanceType),
      multiAz: true,
      databaseName: DATABASE_NAME,
      credentials: Credentials.fromSecret(this.secret),
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        parameters: { 'rds.force_ssl': '1' },
      }),
      allocatedStorage: storageGiB,
      maxAllocatedStorage: storageGiB * 4,
      storageType: StorageType.GP3,
      storageEncrypted: true,
      storageEncryptionKey: key,
      backupRetention: Duration.days(backupDays),
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      cloudwatchLogsExports: ['postgresql'],
      copyTagsToSnapshot: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    acceptFinding(
      this.instance,
      'AwsSolutions-RDS11',
      'The port is open to the security group of the app only. Another number would hide nothing.',
    );
  }
}
