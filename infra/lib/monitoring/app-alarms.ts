import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { AppService } from '../app/app-service.js';
import type { LoadBalancer } from '../app/load-balancer.js';
import type { Database } from '../database.js';
import { type Alarms, MINUTE } from './alarms.js';

const GIB = 1024 ** 3;

export function addAppAlarms(
  alarms: Alarms,
  { balancer, targets }: LoadBalancer,
  { service }: AppService,
): void {
  alarms.add('App-Unhealthy', {
    metric: targets.metrics.unhealthyHostCount({ period: MINUTE, statistic: 'Maximum' }),
    threshold: 0,
    meaning: 'A task is not ready. GET /health/ready names the reason.',
  });
  alarms.add('App-Errors', {
    metric: targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
      period: MINUTE,
      statistic: 'Sum',
    }),
    threshold: 50,
    meaning:
      'The app answers 5xx. 503 with Retry-After comes from an engine or the database: see GET /health/ready.',
  });
  alarms.add('App-BalancerErrors', {
    metric: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: MINUTE, statistic: 'Sum' }),
    threshold: 20,
    meaning: 'The load balancer reaches no task in time.',
  });
  alarms.add('App-Latency', {
    metric: targets.metrics.targetResponseTime({ period: MINUTE, statistic: 'p99' }),
    threshold: 1,
    minutes: 10,
    meaning:
      'One request in a hundred takes more than a second. Compare the hit rate and the CPU of the database.',
  });
  alarms.add('App-Cpu', {
    metric: service.metricCpuUtilization({ period: MINUTE }),
    threshold: 85,
    minutes: 10,
    meaning: 'The tasks are full although they scale at 60%. Raise app.tasks.max.',
  });
}

export function addDatabaseAlarms(alarms: Alarms, { instance }: Database, storageGiB: number): void {
  alarms.add('Database-Cpu', {
    metric: instance.metricCPUUtilization({ period: MINUTE }),
    threshold: 85,
    minutes: 10,
    meaning: 'PostgreSQL is nearly full. Look at the hit rate first, then use a larger instance.',
  });
  alarms.add('Database-Connections', {
    metric: instance.metricDatabaseConnections({ period: MINUTE, statistic: 'Maximum' }),
    threshold: 500,
    meaning: 'A task uses at most 11 connections. Look for another client, or lower app.tasks.max.',
  });
  alarms.add('Database-FreeStorage', {
    metric: instance.metricFreeStorageSpace({ period: MINUTE, statistic: 'Minimum' }),
    threshold: storageGiB * GIB * 0.1,
    when: 'below',
    meaning: 'Less than a tenth of the storage is free. It grows by itself up to four times storageGiB.',
  });
  alarms.add('Database-FreeMemory', {
    metric: instance.metricFreeableMemory({ period: MINUTE, statistic: 'Minimum' }),
    threshold: GIB / 2,
    when: 'below',
    minutes: 15,
    meaning: 'PostgreSQL has less than 512 MiB left. Use a larger instance.',
  });
}
