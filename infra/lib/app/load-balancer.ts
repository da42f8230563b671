import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acceptFinding } from '../accept-finding.js';
import { APP_PORT, type Network } from '../network.js';

interface LoadBalancerProps {
  network: Network;
  certificateArn: string;
}

/** HTTPS in front of the app. A browser stays on one task, which long polling needs before it becomes a websocket. */
export class LoadBalancer extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;

  constructor(scope: Construct, id: string, { network, certificateArn }: LoadBalancerProps) {
    super(scope, id);
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'public' },
      internetFacing: true,
      securityGroup: network.loadBalancerGroup,
      deletionProtection: true,
      dropInvalidHeaderFields: true,
      // Below KEEP_ALIVE_SECONDS (65) and above the websocket's ping interval (25 s).
      idleTimeout: Duration.seconds(60),
    });
    this.balancer.logAccessLogs(this.createLogBucket());
    this.targets = this.createTargets(network);
    this.balancer.addListener('Https', {
      port: 443,
      open: false,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      defaultTargetGroups: [this.targets],
    });
    this.balancer.addListener('Http', {
      port: 80,
      open: false,
      defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
    });
  }

  private createTargets({ vpc }: Network): ApplicationTargetGroup {
    return new ApplicationTargetGroup(this, 'Targets', {
      vpc,
      port: APP_PORT,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      stickinessCookieDuration: Duration.days(1),
      deregistrationDelay: Duration.seconds(30),
      healthCheck: {
        path: '/health/ready',
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        // ECS replaces a task that fails. The database's own failover takes 1 to 2 minutes and must not replace them all.
        unhealthyThresholdCount: 10,
      },
    });
  }

  private createLogBucket(): Bucket {
    const bucket = new Bucket(this, 'AccessLogs', {
      // The load balancer can write to no other kind of encrypted bucket.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acceptFinding(
      bucket,
      'AwsSolutions-S1',
      'It holds access logs itself. Logging who reads them is left to CloudTrail.',
    );
    return bucket;
  }
}
