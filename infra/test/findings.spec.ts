import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { createApp } from '../lib/create-app.js';
import { ON_MEMCACHED, ON_NODES, parametersWith } from './example-parameters.js';

/** What the reviewers of the stack accepted. A new rule must be added here, and to infra/README.md. */
const ACCEPTED = ['EC23', 'ECS2', 'IAM5[Resource::*]', 'RDS11', 'AEC6', 'S1', 'SMG4'];

describe.each([
  ['serverless', {}, ACCEPTED],
  ['on nodes', ON_NODES, ACCEPTED],
  ['on Memcached', ON_MEMCACHED, [...ACCEPTED, 'AEC5']],
])('cdk-nag with the query cache %s', (_, change, accepted) => {
  const { app, stack } = createApp(parametersWith(change));

  it('finds nothing that was not accepted', () => {
    expect(new AwsSolutionsChecks(app).validateScope(app)).toEqual({ success: true, violations: [] });
  });

  it('accepts these rules only, each with a reason', () => {
    const entries = stack.node.findAll().flatMap(({ node }) => node.metadata);
    const rules = entries
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => acknowledged(data));
    const ours = rules.filter(({ id }) => id.includes('AwsSolutions'));
    expect(new Set(ours.map(({ id }) => id.replace(/^.*AwsSolutions-/, '')))).toEqual(new Set(accepted));
    expect(ours.filter(({ reason }) => reason.length < 40)).toEqual([]);
  });
});

/** The CDK stores them as a record from id to reason and stack trace. */
function acknowledged(data: Record<string, unknown>): { id: string; reason: string }[] {
  return Object.entries(data).map(([id, value]) => ({
    id,
    reason: typeof value === 'string' ? value : String((value as { reason?: string }).reason),
  }));
}
