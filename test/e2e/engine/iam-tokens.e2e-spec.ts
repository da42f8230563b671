import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type IamCache,
  type IamCacheOptions,
  type LocalEngine,
  startEngine,
  startIamCache,
} from '../../../local/index.js';
import { Engines, parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { SOON } from '../../contracts/engine-trial.js';
import { readinessOf, redisLike, startOn } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { RequestLoad } from '../../support/request-load/request-load.js';
import { patient, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { commandsOf } from '../../support/commands-of.js';

Logger.overrideLogger(false);

const AWS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not/a+real=key' };
const RULES = { cache: 'shop', region: 'eu-central-1', ...AWS };

describe('an engine that signs in with IAM tokens', () => {
  let server: LocalEngine;
  const closing: (() => unknown)[] = [];

  beforeEach(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', AWS.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', AWS.secretAccessKey);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    server = await startEngine(redisLike(), { acl: true, tls: true });
    closing.push(() => server.stop());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    vi.unstubAllEnvs();
  });

  const startCache = async (options: Partial<IamCacheOptions> = {}): Promise<IamCache> => {
    const cache = await startIamCache({
      target: server,
      tokenSeconds: 10,
      sessionSeconds: 10,
      ...RULES,
      ...options,
    });
    closing.push(() => cache.stop());
    return cache;
  };
  const connect = (url: string): RedisEngine => {
    const engine = new RedisEngine(parseEngineUrl(url), 4_000);
    engine.start();
    closing.push(() => engine.close());
    return engine;
  };

  it('fails no request while tokens and connections expire after 20 s, 200 requests a second', async () => {
    const cache = await startCache({ tokenSeconds: 20, sessionSeconds: 20 });
    const node = await startOn({ ...productionSettings(await createDatabase(), cache.url), ...patient });
    closing.push(() => node.close());
    await until(async () => (await readinessOf(node)).status === 'ok');
    const load = await RequestLoad.on(node);
    closing.push(() => load.stop());
    const { connections } = cache;
    const startedAt = performance.now();
    load.start();
    // Each connection lives three times as long as its first token.
    await until(() => cache.signIns >= connections * 6, 120_000);
    const answers = await load.stop();
    const perSecond = Math.round(answers.length / ((performance.now() - startedAt) / 1_000));

    const { done, refused, unknown } = node.get(Engines).for('sessions').statistics;
    console.log(
      `IAM tokens of 20 s: ${cache.connections} connections, ${cache.signIns} tokens accepted, ${cache.refusals.length} refused, ` +
        `${cache.expired} connections expired; ${answers.length} requests, ${perSecond} a second, ${load.failures.length} failed; ` +
        `engine calls: ${done} done, ${refused} refused, ${unknown} unknown`,
    );
    expect(load.failures).toEqual([]);
    expect({ refusals: cache.refusals, expired: cache.expired }).toEqual({ refusals: [], expired: 0 });
    expect(cache.connections).toBe(connections);
  }, 200_000);

  it.each([false, true])('is accepted by a cache that is serverless: %s', async (isServerless) => {
    const cache = await startCache({ isServerless });
    const engine = connect(cache.url);
    await until(() => engine.isReady);
    expect(await commandsOf(engine).set('{key}', 'value')).toBe('OK');
    expect(cache.refusals).toEqual([]);
  });

  it.each<[string, (url: string) => string, string]>([
    ['another cache', (url) => url.replace('cache=shop', 'cache=stock'), 'another cache'],
    ['another region', (url) => url.replace('eu-central-1', 'us-east-1'), 'another signature'],
    ['a serverless cache', (url) => `${url}&serverless=true`, 'another type of cache'],
    ['another user', (url) => url.replace('//app@', '//web@'), 'another user'],
  ])('reports a token for %s, with the settings to check', async (_what, change, refusal) => {
    const cache = await startCache();
    const engine = connect(change(cache.url));
    await expect
      .poll(() => engine.report().reason, SOON)
      .toMatch(/^The cache refuses the token of auth=iam\. Check cache=/);
    expect(cache.refusals).toContain(refusal);
  });

  it('replaces connections that the cache closes, with a new token each', async () => {
    const cache = await startCache({ sessionSeconds: 1 });
    const engine = connect(cache.url);
    await until(() => cache.expired >= 2);
    await until(() => cache.signIns >= 3 && engine.isReady);
    expect(cache.refusals).toEqual([]);
  });

  it('reports a token that has expired', async () => {
    const cache = await startCache({ tokenSeconds: -60 });
    const engine = connect(cache.url.replace('token-seconds=-60', 'token-seconds=10'));
    await expect.poll(() => engine.report().reason, SOON).toMatch(/and the clock of this machine\.$/);
    expect(cache.refusals).toContain('expired');
  });

  it('reports credentials that AWS does not know', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2');
    const cache = await startCache();
    const engine = connect(cache.url);
    await expect.poll(() => engine.report().reason, SOON).toMatch(/refuses the token of auth=iam/);
    expect(engine.report().reason).not.toContain('hunter2');
    expect(cache.refusals).toContain('another signature');
  });

  it('reports that no AWS credentials were found', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    const engine = connect((await startCache()).url);
    await expect
      .poll(() => engine.report().reason, SOON)
      .toBe(
        'No AWS credentials were found for auth=iam. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.',
      );
  });
});
