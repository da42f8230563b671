import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type EngineCluster,
  type EngineStack,
  startCluster,
  startEngine,
  startSentinel,
} from '../../../local/index.js';
import { defineScript, EngineError, parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 300;
const PROMOTION = { timeout: 15_000, interval: 20 };

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function connect(url: string): RedisEngine {
  const engine = new RedisEngine(parseEngineUrl(url), DEADLINE_MS);
  engine.start();
  closing.push(() => engine.close());
  return engine;
}

async function ready(url: string): Promise<RedisEngine> {
  const engine = connect(url);
  await until(() => engine.isReady);
  return engine;
}

async function isWritable(engine: RedisEngine, key = 'is-writable'): Promise<boolean> {
  try {
    await engine.client.set(key, 'yes');
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** Commands, a batch and a script, as the stores send them. */
async function expectAllKindsOfCalls(engine: RedisEngine): Promise<void> {
  const script = defineScript('test.both', `return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])}`);
  expect(await engine.client.set('{tag}:a', '1', { expiration: { type: 'EX', value: 60 } })).toBe('OK');
  expect(await engine.client.multi().set('{tag}:b', '2').get('{tag}:a').exec()).toEqual(['OK', '1']);
  expect(await engine.run(script, ['{tag}:a', '{tag}:b'], [])).toEqual(['1', '2']);
  for (let i = 0; i < 20; i++) await engine.client.set(`spread:${i}`, String(i));
  expect(await engine.client.get('spread:7')).toBe('7');
}

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])('engine topologies on %s', (kind) => {
  describe('TLS', () => {
    it.each([
      ['a password', { password: 'p@ss' }, {}],
      ['a client certificate', {}, { clientCertificates: true }],
      ['an ACL user', { acl: true }, {}],
    ])('connects with %s', async (_what, access, tls) => {
      const server = await startEngine(kind, { ...access, tls });
      closing.push(() => server.stop());
      const engine = await ready(server.url);
      await expectAllKindsOfCalls(engine);
    });

    it.each([
      ['an authority we do not know', 'valid', 'otherCa', /signed by an authority we do not know/],
      ['another name', 'wrong-name', 'ca', /is for another name/],
      ['an expired certificate', 'expired', 'ca', /has expired/],
    ] as const)('refuses a server with %s, and says so', async (_what, serverCertificate, ca, reason) => {
      const server = await startEngine(kind, { tls: { serverCertificate } });
      closing.push(() => server.stop());
      const engine = connect(server.url.replace(server.tls?.ca ?? '', server.tls?.[ca] ?? ''));
      await until(() => reason.test(engine.report().reason ?? ''));
      expect(engine.isReady).toBe(false);
    });

    it('says that a server does not speak TLS, or does', async () => {
      const [plain, tls] = await Promise.all([startEngine(kind), startEngine(kind, { tls: true })]);
      closing.push(
        () => plain.stop(),
        () => tls.stop(),
      );
      const toPlain = connect(plain.url.replace(kind, `${kind}s`));
      const toTls = connect(tls.url.replace(/^(\w+)s:/, '$1:').replace(/\?.*$/, ''));
      await until(() => /TLS/.test(toPlain.report().reason ?? ''));
      await until(() => toTls.report().state === 'down');
      expect(toTls.report().reason).toMatch(/\.$/);
    });
  });

  describe.each([
    ['plain', {}],
    ['with TLS and a password', { tls: true, password: 'secret' }],
  ])('Sentinel, %s', (_how, options) => {
    let stack: EngineStack;
    const start = async () => {
      stack = await startSentinel(kind, options);
      closing.push(() => stack.stop());
      return ready(stack.url);
    };

    it('sends commands, batches and scripts to the primary', async () => {
      await expectAllKindsOfCalls(await start());
    });

    it.each(['kill', 'pause'] as const)(
      'writes again within two seconds of the promotion after a %s',
      async (fault) => {
        const engine = await start();
        const writable = await isWritable(engine);
        expect(writable).toBe(true);
        await stack.node('primary')[fault]();
        await expect.poll(() => stack.primaryNow(), PROMOTION).toBe('replica-1');
        const promotedAt = Date.now();
        await until(() => isWritable(engine));
        expect(Date.now() - promotedAt).toBeLessThan(2_000);
      },
      30_000,
    );
  });

  describe.each([
    ['plain', {}],
    ['with TLS and a password', { tls: true, password: 'secret' }],
  ])('cluster, %s', (_how, options) => {
    let cluster: EngineCluster;
    const start = async () => {
      cluster = await startCluster(kind, options);
      closing.push(() => cluster.stop());
      return ready(cluster.url);
    };

    it('sends commands, batches and scripts to the shard of their keys', async () => {
      await expectAllKindsOfCalls(await start());
    });

    it.each(['kill', 'pause'] as const)(
      'writes to every shard again within two seconds of the promotion after a %s, and to the others meanwhile',
      async (fault) => {
        const engine = await start();
        const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);
        const writable = () => Promise.all(keys.map((key) => isWritable(engine, key)));
        expect(await writable()).toEqual(keys.map(() => true));
        await cluster.node('shard-1')[fault]();
        await until(async () => (await writable()).includes(false));
        expect((await writable()).filter(Boolean).length).toBeGreaterThan(10);
        await expect.poll(() => cluster.primaryNow('shard-1'), PROMOTION).toBe('shard-1-replica-1');
        const promotedAt = Date.now();
        await until(async () => !(await writable()).includes(false));
        expect(Date.now() - promotedAt).toBeLessThan(2_000);
      },
      30_000,
    );

    it('follows slots that move while it writes', async () => {
      const engine = await start();
      const moving = cluster.moveSlots('shard-1', 'shard-2', 50);
      for (let i = 0; i < 500; i++) await engine.client.set(`moving:${i}`, String(i));
      await moving;
      for (let i = 0; i < 500; i++) expect(await engine.client.get(`moving:${i}`)).toBe(String(i));
    }, 30_000);
  });

  it('says that a server is no cluster node, or is one', async () => {
    const server = await startEngine(kind);
    const cluster = await startCluster(kind);
    closing.push(
      () => server.stop(),
      () => cluster.stop(),
    );
    const toServer = connect(server.url.replace(kind, `${kind}+cluster`).replace(/\/0$/, ''));
    const toNode = connect(cluster.url.replace('+cluster', '').replace(/,.*$/, ''));
    await until(() => /no cluster node/.test(toServer.report().reason ?? ''));
    await until(() => /is a cluster node/.test(toNode.report().reason ?? ''));
    expect([toServer.isReady, toNode.isReady]).toEqual([false, false]);
  });

  it('finds that its primary became a replica, and says so', async () => {
    const [first, second] = await Promise.all([startEngine(kind), startEngine(kind)]);
    closing.push(
      () => first.stop(),
      () => second.stop(),
    );
    const engine = await ready(first.url);
    await first.command('REPLICAOF', '127.0.0.1', String(second.port));
    await until(() => /is a replica/.test(engine.report().reason ?? ''));
    await first.command('REPLICAOF', 'NO', 'ONE');
    await until(() => isWritable(engine));
    expect(engine.isReady).toBe(true);
  });

  it('says that the sentinels know no primary of that name', async () => {
    const stack = await startSentinel(kind);
    closing.push(() => stack.stop());
    const engine = connect(stack.url.replace('name=primary', 'name=nobody'));
    await until(() => /watch no primary of that name/.test(engine.report().reason ?? ''));
    expect(engine.isReady).toBe(false);
  });
});
