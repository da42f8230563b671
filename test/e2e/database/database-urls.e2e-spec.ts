import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalPostgres, type LocalServer, startEngine, startPostgres } from '../../../local/index.js';
import { installed, readinessOf, startOn, type TestNode } from '../../support/app.js';
import { asGameServer, asOperator, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

type Document = { paths: Record<string, Record<string, unknown>> };

/** Statuses of every route of the OpenAPI document, asked as well as a stranger with all keys can. */
async function statusesOf({ url }: TestNode): Promise<Set<string>> {
  const { body } = await request(url).get('/docs-json').expect(200);
  const statuses = new Set<string>();
  for (const [path, methods] of Object.entries((body as Document).paths)) {
    for (const method of Object.keys(methods)) {
      const filled = path.replace(/\{\w+\}/g, 'x');
      const call = method as 'get' | 'post' | 'put' | 'patch' | 'delete';
      const keys = path.includes('rebuild') || !path.includes('leaderboards') ? asOperator : asGameServer;
      const account = { username: 'nobody', password: 'a passphrase for tests' };
      const agent = request(url);
      const { status } = await agent[call](filled)
        .set(keys)
        .send(call === 'get' ? undefined : account);
      statuses.add(`${status}`);
    }
  }
  return statuses;
}

describe('a DATABASE_URL that PostgreSQL rejects', () => {
  let postgres: LocalPostgres;
  let engine: LocalServer;
  beforeAll(async () => {
    const [kind = 'redis'] = installed('valkey', 'redis');
    [postgres, engine] = await Promise.all([startPostgres(), startEngine(kind)]);
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await engine.stop();
    await postgres.stop();
  });

  const changed = (change: Partial<URL>) => Object.assign(new URL(postgres.url), change).href;
  const nodeOn = (databaseUrl: string) => startOn(productionSettings(databaseUrl, engine.url));

  it.each([
    ['no password', () => changed({ password: '' }), /asks for a password/],
    ['no user and no password', () => changed({ username: '', password: '' }), /DATABASE_URL/],
    ['a wrong password', () => changed({ password: 'wrong' }), /refuses the user or the password/],
    ['no such database', () => changed({ pathname: '/none' }), /no database of that name/],
    [
      'TLS that the server does not offer',
      () => changed({ search: '?sslmode=verify-full' }),
      /does not offer TLS/,
    ],
  ])('gets 503 with the reason in health, never 500: %s', async (_what, url, reason) => {
    const node = await nodeOn(url());
    try {
      const statuses = await statusesOf(node);
      expect(statuses).toContain('503');
      expect(statuses).not.toContain('500');
      expect((await readinessOf(node)).database.reason).toMatch(reason);
    } finally {
      await node.close();
    }
  });

  it('is accepted without a password if PGPASSWORD has it', async () => {
    vi.stubEnv('PGPASSWORD', new URL(postgres.url).password);
    const node = await nodeOn(changed({ password: '' }));
    await until(async () => (await readinessOf(node)).status === 'ok');
    expect((await readinessOf(node)).httpStatus).toBe(200);
    await node.close();
  });
});
