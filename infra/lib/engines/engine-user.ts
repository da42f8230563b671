import { Stack } from 'aws-cdk-lib';
import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** A user that signs in with IAM: its id must equal its name, and there is no password to store or rotate. */
export function createEngineUser(
  scope: Construct,
  id: string,
  { name, acl }: { name: string; acl: string },
): CfnUser {
  return new CfnUser(scope, id, {
    engine: 'valkey',
    userId: name,
    userName: name,
    authenticationMode: { Type: 'iam' },
    accessString: acl,
  });
}

/** Without a user named "default": every client must sign in with IAM. */
export function createUserGroup(scope: Construct, name: string, users: readonly CfnUser[]): CfnUserGroup {
  const group = new CfnUserGroup(scope, 'Users', {
    engine: 'valkey',
    userGroupId: name,
    userIds: users.map(({ userId }) => userId),
  });
  for (const user of users) group.addResourceDependency(user);
  return group;
}

export type CacheResource = `replicationgroup:${string}` | `serverlesscache:${string}`;

/** Lets a task sign in to one cache as these users. */
export function grantConnect(grantee: IGrantable, cache: CacheResource, users: readonly CfnUser[]): void {
  const resources = [cache, ...users.map(({ userId }) => `user:${userId}`)];
  for (const { stack } of users.slice(0, 1)) {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['elasticache:Connect'],
        resources: resources.map((resource) => arnOf(stack, resource)),
      }),
    );
  }
}

function arnOf({ partition, region, account }: Stack, resource: string): string {
  return `arn:${partition}:elasticache:${region}:${account}:${resource}`;
}
