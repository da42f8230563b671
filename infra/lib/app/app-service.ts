import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  AvailabilityZoneRebalancing,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acceptFinding } from '../accept-finding.js';
import type { Database } from '../database.js';
import { APP_PORT, type Network } from '../network.js';
import type { Parameters } from '../parameters/parameters.js';
import { STOP_TIMEOUT_SECONDS } from './app-environment.js';
import type { AppSecrets } from './app-secrets.js';

interface AppServiceProps {
  parameters: Parameters;
  network: Network;
  key: IKey;
  environment: Record<string, string>;
  secrets: AppSecrets;
  database: Database;
  targets: ApplicationTargetGroup;
}

/** The app on Fargate: at least two tasks in different zones, replaced one after the other, more of them under load. */
export class AppService extends Construct {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly taskDefinition: FargateTaskDefinition;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AppServiceProps,
  ) {
    super(scope, id);
    const { network, parameters, targets } = props;
    this.cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    this.taskDefinition = this.createTaskDefinition();
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.taskDefinition,
      desiredCount: parameters.app.tasks.min,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      circuitBreaker: { rollback: true },
      vpcSubnets: { subnetGroupName: 'app' },
      securityGroups: [network.appGroup],
      // The first task of a new database also runs the migrations.
      healthCheckGracePeriod: Duration.minutes(3),
    });
    this.service.attachToApplicationTargetGroup(targets);
    this.scaleAutomatically();
  }

  private createTaskDefinition(): FargateTaskDefinition {
    const { app } = this.props.parameters;
    const definition = new FargateTaskDefinition(this, 'Task', {
      cpu: app.cpu,
      memoryLimitMiB: app.memoryMiB,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    definition.addContainer('app', {
      image: ContainerImage.fromEcrRepository(
        Repository.fromRepositoryName(this, 'Repository', app.image.repository),
        app.image.tag,
      ),
      portMappings: [{ containerPort: APP_PORT }],
      environment: this.props.environment,
      secrets: this.secretSettings(),
      logging: LogDrivers.awsLogs({ streamPrefix: 'app', logGroup: this.createLogGroup() }),
      // A task that hangs is replaced within a minute. Readiness is the load balancer's question.
      healthCheck: {
        command: [
          'CMD',
          'node',
          '-e',
          `fetch('http://127.0.0.1:${APP_PORT}/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`,
        ],
        interval: Duration.seconds(15),
        startPeriod: Duration.seconds(60),
      },
      stopTimeout: Duration.seconds(STOP_TIMEOUT_SECONDS),
    });
    acceptFinding(
      definition,
      'AwsSolutions-ECS2',
      'Addresses and switches only. What is secret comes from Secrets Manager.',
    );
    acceptFinding(
      definition,
      'AwsSolutions-IAM5[Resource::*]',
      'ecr:GetAuthorizationToken has no resource to name. All other statements name theirs.',
    );
    return definition;
  }

  private secretSettings(): Record<string, Secret> {
    const { database, secrets } = this.props;
    const settings = Object.entries(secrets.bySetting).map(([name, secret]) => [
      name,
      Secret.fromSecretsManager(secret),
    ]);
    return {
      ...Object.fromEntries(settings),
      PGPASSWORD: Secret.fromSecretsManager(database.secret, 'password'),
    };
  }

  private createLogGroup(): LogGroup {
    return new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: this.props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private scaleAutomatically(): void {
    const { min, max } = this.props.parameters.app.tasks;
    const tasks = this.service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
    tasks.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
  }
}
