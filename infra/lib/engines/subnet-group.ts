import { CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import type { Network } from '../network.js';

/** One subnet in each zone, without a route to the Internet. */
export function createSubnetGroup(scope: Construct, { vpc }: Network): CfnSubnetGroup {
  return new CfnSubnetGroup(scope, 'Subnets', {
    description: 'One subnet in each of three zones',
    subnetIds: vpc.selectSubnets({ subnetGroupName: 'data' }).subnetIds,
  });
}
