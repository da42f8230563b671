import { Dashboard, GraphWidget, type IMetric, MathExpression, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { AppService } from '../app/app-service.js';
import type { LoadBalancer } from '../app/load-balancer.js';
import type { Database } from '../database.js';
import { MINUTE } from './alarms.js';

interface DashboardProps {
  name: string;
  loadBalancer: LoadBalancer;
  app: AppService;
  database: Database;
  sessionsAndBoards: string;
  queryCache: string;
}

const COLUMNS = 24;

/** One page for the question "is it the app, the cache or the database?" */
export class CachingDashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: DashboardProps,
  ) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      widgets: [
        ...this.row('Requests', this.appGraphs()),
        ...this.row('Sessions and boards', this.clusterGraphs()),
        ...this.row('Query cache', this.queryCacheGraphs()),
        ...this.row('Database', this.databaseGraphs()),
      ],
    });
  }

  private row(title: string, graphs: [string, IMetric[]][]): (TextWidget | GraphWidget)[][] {
    const width = COLUMNS / graphs.length;
    return [
      [new TextWidget({ markdown: `## ${title}`, width: COLUMNS, height: 1 })],
      graphs.map(([name, left]) => new GraphWidget({ title: name, left, width, height: 6 })),
    ];
  }

  private appGraphs(): [string, IMetric[]][] {
    const { targets, balancer } = this.props.loadBalancer;
    const period = MINUTE;
    return [
      ['Requests a minute', [balancer.metrics.requestCount({ period, statistic: 'Sum' })]],
      [
        'Latency',
        ['p50', 'p99'].map((statistic) => targets.metrics.targetResponseTime({ period, statistic })),
      ],
      [
        'Errors',
        [targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: 'Sum' })],
      ],
      [
        'CPU and memory',
        [
          this.props.app.service.metricCpuUtilization({ period }),
          this.props.app.service.metricMemoryUtilization({ period }),
        ],
      ],
    ];
  }

  private clusterGraphs(): [string, IMetric[]][] {
    const cache = this.props.sessionsAndBoards;
    return [
      ['Engine CPU', [search(cache, 'EngineCPUUtilization', 'Maximum')]],
      ['Memory', [search(cache, 'DatabaseMemoryUsageCountedForEvictPercentage', 'Maximum')]],
      ['Replication lag', [search(cache, 'ReplicationLag', 'Maximum')]],
      ['Connections', [search(cache, 'CurrConnections', 'Maximum')]],
    ];
  }

  private queryCacheGraphs(): [string, IMetric[]][] {
    const cache = this.props.queryCache;
    return [
      ['Hit rate', [search(cache, 'CacheHitRate', 'Average')]],
      ['Evictions', [search(cache, 'Evictions', 'Sum')]],
      ['Bytes', [search(cache, 'BytesUsedForCache', 'Maximum')]],
      ['Processing units', [search(cache, 'ElastiCacheProcessingUnits', 'Sum')]],
    ];
  }

  private databaseGraphs(): [string, IMetric[]][] {
    const { instance } = this.props.database;
    return [
      ['CPU', [instance.metricCPUUtilization({ period: MINUTE })]],
      ['Connections', [instance.metricDatabaseConnections({ period: MINUTE })]],
      ['Read operations', [instance.metric('ReadIOPS', { period: MINUTE })]],
    ];
  }
}

/** Finds the nodes of a cache by name, so nodes that were added later are drawn as well. */
function search(cache: string, metric: string, statistic: string): MathExpression {
  return new MathExpression({
    expression: `SEARCH('Namespace="AWS/ElastiCache" MetricName="${metric}" "${cache}"', '${statistic}', 60)`,
    usingMetrics: {},
    period: MINUTE,
    label: '',
  });
}
