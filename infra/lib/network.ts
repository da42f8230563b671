import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acceptFinding } from './accept-finding.js';

export const APP_PORT = 3000;
export const ENGINE_PORT = 6379;
export const MEMCACHED_PORT = 11_211;
export const DATABASE_PORT = 5432;

const CIDR = '10.40.0.0/16';

/** What the tasks need of AWS. They reach nothing else outside the network. */
const ENDPOINTS = {
  Ecr: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
};

/** Three zones, each with a subnet for the load balancer, one for the app and one for data. Only the first has an Internet route. */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly loadBalancerGroup: SecurityGroup;
  readonly appGroup: SecurityGroup;
  readonly databaseGroup: SecurityGroup;
  readonly sessionsAndBoardsGroup: SecurityGroup;
  readonly queryCacheGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { zones, key }: { zones: string[]; key: IKey }) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(CIDR),
      availabilityZones: zones,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'app', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 },
        { name: 'data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 },
      ],
    });
    this.logFlows(key);
    this.loadBalancerGroup = this.group('LoadBalancerGroup', 'Load balancer: HTTPS from anywhere');
    this.appGroup = this.group('AppGroup', 'App: from the load balancer only');
    this.databaseGroup = this.group('DatabaseGroup', 'PostgreSQL: from the app only');
    this.sessionsAndBoardsGroup = this.group(
      'SessionsAndBoardsGroup',
      'Sessions and boards: from the app only',
    );
    this.queryCacheGroup = this.group('QueryCacheGroup', 'Query cache: from the app only');
    this.allowOnlyNeededPaths();
    this.addEndpoints();
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  private allowOnlyNeededPaths(): void {
    for (const port of [80, 443]) this.loadBalancerGroup.addIngressRule(Peer.anyIpv4(), Port.tcp(port));
    acceptFinding(
      this.loadBalancerGroup,
      'AwsSolutions-EC23',
      'The app is a public web site. Port 80 only redirects to 443.',
    );
    this.allow(this.loadBalancerGroup, this.appGroup, APP_PORT);
    this.allow(this.appGroup, this.databaseGroup, DATABASE_PORT);
    this.allow(this.appGroup, this.sessionsAndBoardsGroup, ENGINE_PORT);
    // Serverless caches serve reads from replicas on the next port. The app does not use it.
    for (const port of [ENGINE_PORT, MEMCACHED_PORT]) this.allow(this.appGroup, this.queryCacheGroup, port);
  }

  private allow(from: SecurityGroup, to: SecurityGroup, port: number): void {
    from.addEgressRule(to, Port.tcp(port));
    to.addIngressRule(from, Port.tcp(port));
  }

  private addEndpoints(): void {
    const endpointGroup = this.group('EndpointGroup', 'Endpoints of AWS services: from the app only');
    this.allow(this.appGroup, endpointGroup, 443);
    const subnets = { subnetGroupName: 'app' };
    for (const [id, service] of Object.entries(ENDPOINTS)) {
      new InterfaceVpcEndpoint(this, `${id}Endpoint`, {
        vpc: this.vpc,
        service,
        subnets,
        securityGroups: [endpointGroup],
        open: false,
      });
    }
    // ECR keeps the layers of images in S3.
    this.vpc.addGatewayEndpoint('S3Endpoint', {
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [subnets],
    });
    this.appGroup.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      'S3 through the gateway endpoint: there is no other route out',
    );
  }

  private logFlows(key: IKey): void {
    const logGroup = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
  }
}
