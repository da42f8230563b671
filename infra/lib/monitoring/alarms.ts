import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export const MINUTE = Duration.minutes(1);

export interface AlarmRule {
  metric: IMetric;
  threshold: number;
  /** What is wrong and what to do, as a person reads it at night. */
  meaning: string;
  /** Minutes in a row. Default: 5. */
  minutes?: number;
  /** Default: above. */
  when?: 'above' | 'below';
}

/** All alarms go to one topic with one subscriber. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, { email, key }: { email: string; key: IKey }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(email));
  }

  /** A metric without data is not an alarm: a cache without traffic has no hit rate. */
  add(id: string, { metric, threshold, meaning, minutes = 5, when = 'above' }: AlarmRule): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: meaning,
      evaluationPeriods: minutes,
      comparisonOperator:
        when === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}
