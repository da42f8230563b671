import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProfile, startProfile } from '../../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { Visitors } from '../visitors.js';

const CLOCKS_DIFFER_MS = 2_000;

/** As on ElastiCache Serverless. */
describe('sessions on a server that refuses TIME in scripts', () => {
  let profile: RunningProfile;
  let node: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    profile = await startProfile('elasticache-serverless', { kind: redisLike() });
    const settings = productionSettings(await createDatabase(), profile.url);
    node = await startOn({ ...settings, ...patient, SESSION_IDLE_SECONDS: '60' });
    visitors = new Visitors(node);
    await until(async () => (await readinessOf(node)).status === 'ok');
  });
  afterAll(async () => {
    await node.close();
    await profile.stop();
  });

  it('begin, change and end at the time of the server', async () => {
    const before = Date.now();
    const [phone, laptop] = await visitors.threeDevices();
    await visitors.patch(phone, { seen: true }).expect(200);
    const [device] = await visitors.devices(phone);
    const createdAt = new Date(device?.createdAt ?? 0).getTime();
    expect(createdAt).toBeGreaterThan(before - CLOCKS_DIFFER_MS);
    expect(createdAt).toBeLessThan(Date.now() + CLOCKS_DIFFER_MS);
    await visitors.end(phone, '?except=current').expect(200);
    expect(await visitors.areSignedIn([phone, laptop])).toEqual([true, false]);
    await visitors.end(phone).expect(204);
    expect(await visitors.isSignedIn(phone)).toBe(false);
  });

  it('are ordered also when several begin in the same millisecond', async () => {
    const { accounts } = node.get(SessionsStore);
    const handles = Array.from({ length: 40 }, (_, index) => `handle-${index}`);
    await Promise.all(handles.map((handle) => accounts.addPending('crowded', handle)));
    await Promise.all(handles.map((handle) => accounts.confirm('crowded', handle)));
    const entries = [];
    for await (const page of accounts.pages('crowded')) entries.push(...page);
    expect(new Set(entries.map(({ confirmedAt }) => confirmedAt)).size).toBe(handles.length);
  });

  it('leave no key behind when a session is missing', async () => {
    const visit = await visitors.newVisit();
    await visitors.end(visit).expect(204);
    const sessions = () => profile.nodes.get('shard-1')?.command?.('KEYS', 'caching:session:*');
    const before = await sessions();
    expect(await visitors.isSignedIn(visit)).toBe(false);
    expect(await sessions()).toEqual(before);
  });
});
