import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { startCluster, startEngine, startSentinel } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { SOON } from '../../contracts/engine-trial.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 300;

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

async function expectReason(engine: RedisEngine, reason: RegExp): Promise<void> {
  await expect.poll(() => engine.report().reason, SOON).toMatch(reason);
}

describe.each(installed('redis', 'valkey') as ('redis' | 'valkey')[])(
  'the health report for a wrong engine URL, on %s',
  (kind) => {
    it('says that the server does not speak TLS, or that it does', async () => {
      const [plain, tls] = await Promise.all([startEngine(kind), startEngine(kind, { tls: true })]);
      closing.push(
        () => plain.stop(),
        () => tls.stop(),
      );
      const toPlain = connect(plain.url.replace(kind, `${kind}s`));
      const toTls = connect(tls.url.replace(/^(\w+)s:/, '$1:').replace(/\?.*$/, ''));
      await expectReason(toPlain, /TLS/);
      await expectReason(toTls, /speaks TLS/);
    });

    it('says that the server asks for a client certificate, or does not accept ours', async () => {
      const [server, stranger] = await Promise.all(
        [1, 2].map(() => startEngine(kind, { tls: { clientCertificates: true } })),
      );
      closing.push(
        () => server?.stop(),
        () => stranger?.stop(),
      );
      const [url] = /^.*\?ca=[^&]*/.exec(server?.url ?? '') ?? [];
      const foreign = /&cert=.*$/.exec(stranger?.url ?? '')?.[0];
      const without = connect(`${url}`);
      const withForeign = connect(`${url}${foreign}`);
      await expectReason(without, /asks for a client certificate/);
      await expectReason(withForeign, /not accept our client certificate/);
    });

    it('says that the server is not a cluster node, or that it is one', async () => {
      const server = await startEngine(kind);
      const cluster = await startCluster(kind);
      closing.push(
        () => server.stop(),
        () => cluster.stop(),
      );
      const toServer = connect(server.url.replace(kind, `${kind}+cluster`).replace(/\/0$/, ''));
      const toNode = connect(cluster.url.replace('+cluster', '').replace(/,.*$/, ''));
      await expectReason(toServer, /not a cluster node/);
      await expectReason(toNode, /is a cluster node/);
      expect([toServer.isReady, toNode.isReady]).toEqual([false, false]);
    });

    it('says that the sentinels watch no primary with that name', async () => {
      const stack = await startSentinel(kind);
      closing.push(() => stack.stop());
      const engine = connect(stack.url.replace('name=primary', 'name=nobody'));
      await expectReason(engine, /watch no primary with that name/);
      expect(engine.isReady).toBe(false);
    });

    it('does not treat the name as wrong while most sentinels are down', async () => {
      const stack = await startSentinel(kind);
      closing.push(() => stack.stop());
      await stack.node('sentinel-1').command('SENTINEL', 'REMOVE', 'primary');
      await Promise.all(['sentinel-2', 'sentinel-3'].map((name) => stack.node(name).kill()));
      const engine = connect(stack.url);
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: false });
      expect(engine.report().reason).toMatch(/Too few sentinels/);
      await Promise.all(['sentinel-2', 'sentinel-3'].map((name) => stack.node(name).restart()));
      await until(() => engine.isReady);
    });

    it('says that the servers are sentinels', async () => {
      const stack = await startSentinel(kind);
      closing.push(() => stack.stop());
      const sentinels = stack.url.replace(/\/0\?.*$/, '');
      const asServer = connect(sentinels.replace('+sentinel', '').replace(/,.*$/, ''));
      const asCluster = connect(sentinels.replace('+sentinel', '+cluster'));
      for (const engine of [asServer, asCluster]) {
        expect(await engine.firstAttempt).toEqual({ isWrongUrl: true });
        expect(engine.report().reason).toMatch(/with \+sentinel and \?name=/);
      }
    });

    it('says that primaries did not connect within the timeout, and recovers', async () => {
      const cluster = await startCluster(kind, { proxied: true });
      closing.push(() => cluster.stop());
      // One round trip is shorter than the first connect timeout, two are longer.
      for (const name of cluster.nodes.keys()) cluster.proxy(name).delay(110);
      const engine = connect(cluster.url);
      await engine.firstAttempt;
      expect(engine.report().reason).toMatch(/within the timeout/);
      await until(() => engine.isReady);
    });

    it('says that the server is not a sentinel', async () => {
      const server = await startEngine(kind);
      closing.push(() => server.stop());
      const engine = connect(server.url.replace(kind, `${kind}+sentinel`).concat('?name=primary'));
      await expectReason(engine, /is not a sentinel/);
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: true });
    });
  },
);
