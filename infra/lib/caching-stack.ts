import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { appEnvironment } from './app/app-environment.js';
import { AppSecrets } from './app/app-secrets.js';
import { AppService } from './app/app-service.js';
import { LoadBalancer } from './app/load-balancer.js';
import { Database, DATABASE_NAME, DATABASE_USER } from './database.js';
import { createEncryptionKey } from './encryption-key.js';
import { QueryCache } from './engines/query-cache.js';
import { SessionsAndBoards } from './engines/sessions-and-boards.js';
import { Alarms } from './monitoring/alarms.js';
import { addAppAlarms, addDatabaseAlarms } from './monitoring/app-alarms.js';
import { CachingDashboard } from './monitoring/dashboard.js';
import { addQueryCacheAlarms, addSessionsAndBoardsAlarms } from './monitoring/engine-alarms.js';
import { Network } from './network.js';
import type { Parameters } from './parameters/parameters.js';

/** The map of the deployment: the app, its database and its caches, lowest part first. */
export class CachingStack extends Stack {
  constructor(scope: Construct, id: string, parameters: Parameters) {
    super(scope, id, {
      env: { region: parameters.region },
      description: 'In-memory caching on NestJS, with ElastiCache',
      terminationProtection: true,
    });
    const { name, certificateArn } = parameters;
    const key = createEncryptionKey(this, name);
    const network = new Network(this, 'Network', { zones: parameters.zones, key });
    const database = new Database(this, 'Database', { parameters, network, key });
    const sessionsAndBoards = new SessionsAndBoards(this, 'SessionsAndBoards', { parameters, network, key });
    const queryCache = new QueryCache(this, 'QueryCache', { parameters, network, key });
    const loadBalancer = new LoadBalancer(this, 'LoadBalancer', { network, certificateArn });
    const secrets = new AppSecrets(this, 'AppSecrets', { name, key });
    const app = new AppService(this, 'App', {
      parameters,
      network,
      key,
      secrets,
      database,
      targets: loadBalancer.targets,
      environment: appEnvironment({
        database: {
          host: database.instance.dbInstanceEndpointAddress,
          port: database.instance.dbInstanceEndpointPort,
          user: DATABASE_USER,
          name: DATABASE_NAME,
        },
        sessionsUrl: sessionsAndBoards.sessionsUrl,
        boardsUrl: sessionsAndBoards.boardsUrl,
        queriesUrl: queryCache.variant.url,
      }),
    });
    sessionsAndBoards.grantConnect(app.taskDefinition.taskRole);
    queryCache.variant.grantConnect(app.taskDefinition.taskRole);

    const alarms = new Alarms(this, 'Alarms', { email: parameters.alarmEmail, key });
    addAppAlarms(alarms, loadBalancer, app);
    addDatabaseAlarms(alarms, database, parameters.database.storageGiB);
    addSessionsAndBoardsAlarms(alarms, sessionsAndBoards.cacheName, parameters);
    addQueryCacheAlarms(alarms, queryCache.variant, parameters);
    new CachingDashboard(this, 'Monitoring', {
      name,
      loadBalancer,
      app,
      database,
      sessionsAndBoards: sessionsAndBoards.cacheName,
      queryCache: `${name}-queries`,
    });
    this.addCostTags(parameters);
    new CfnOutput(this, 'BalancerName', { value: loadBalancer.balancer.loadBalancerDnsName });
  }

  /** Bills can be split by part once the tags are activated for cost allocation. */
  private addCostTags({ name, costCentre }: Parameters): void {
    Tags.of(this).add('application', name);
    Tags.of(this).add('cost-centre', costCentre);
    for (const part of this.node.children) Tags.of(part).add('part', part.node.id);
  }
}
