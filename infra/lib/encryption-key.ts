import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** One key encrypts everything at rest: ElastiCache, RDS, secrets, logs and the alarm topic. It rotates every year. */
export function createEncryptionKey(scope: Construct, name: string): Key {
  const key = new Key(scope, 'EncryptionKey', {
    alias: `alias/${name}`,
    description: `Data at rest of ${name}`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const { region } = Stack.of(scope);
  for (const service of [`logs.${region}.amazonaws.com`, 'cloudwatch.amazonaws.com']) {
    key.grantEncryptDecrypt(new ServicePrincipal(service));
  }
  return key;
}
