import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type LocalServer,
  startEngine,
  startMemcachedCluster,
  type TlsOptions,
} from '../../../local/index.js';
import { MemcachedEngine, parseEngineUrl } from '../../../src/engine/index.js';
import { failureOf, outcomeOf } from '../../contracts/engine-trial.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 500;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startMemcached(options: { tls?: true | TlsOptions; settings?: string[] } = {}) {
  const server = await startEngine('memcached', options);
  closing.push(() => server.stop());
  return server;
}

function startedOn(url: string): MemcachedEngine {
  const engine = new MemcachedEngine(parseEngineUrl(url), DEADLINE_MS);
  closing.push(() => engine.close());
  engine.start();
  return engine;
}

/** What the engine says after its first attempt to connect. */
async function verdictOn(url: string): Promise<{ isWrongUrl: boolean; reason: string | null }> {
  const engine = startedOn(url);
  const { isWrongUrl } = await engine.firstAttempt;
  expect(await outcomeOf(engine.get('key'))).toBe('refused');
  return { isWrongUrl, reason: engine.report().reason };
}

describe('an engine on Memcached whose URL names other servers', () => {
  it('says that a plain Memcached is no configuration endpoint, and what to write', async () => {
    const { url } = await startMemcached();
    expect(await verdictOn(url.replace('://', '+discovery://'))).toEqual({
      isWrongUrl: true,
      reason:
        'The server answers no "config get cluster". Name the configuration endpoint of ElastiCache, or write the URL without +discovery and with all nodes.',
    });
  });

  it.each(['memcached', 'memcached+discovery'])('says that %s:// names no Memcached', async (scheme) => {
    const server = await startEngine(redisLike(), { password: 'hunter2' });
    closing.push(() => server.stop());
    expect(await verdictOn(`${scheme}://127.0.0.1:${server.port}`)).toEqual({
      isWrongUrl: true,
      reason: 'The server is not Memcached. Write its URL with redis or valkey, or correct host and port.',
    });
  });

  it('says that the server speaks TLS', async () => {
    const { port } = await startMemcached({ tls: true });
    const { isWrongUrl, reason } = await verdictOn(`memcached://127.0.0.1:${port}`);
    expect(isWrongUrl).toBe(false);
    expect(reason).toMatch(/If the server speaks TLS, write its URL with rediss, valkeys or memcacheds\.$/);
  });

  it('says that the server does not speak TLS', async () => {
    const { port } = await startMemcached();
    const { reason } = await verdictOn(`memcacheds://127.0.0.1:${port}`);
    expect(reason).toMatch(/Write its URL without the s|Check host, port, TLS and firewall/);
  });

  it.each<
    [what: string, tls: TlsOptions, change: (url: string, server: LocalServer) => string, reason: RegExp]
  >([
    [
      'an unknown authority',
      {},
      (url) => url.replace('/ca.pem', '/other-ca.pem'),
      /unknown authority\. Add ca=/,
    ],
    ['another name', { serverCertificate: 'wrong-name' }, (url) => url, /for another name.*servername=/],
    ['an expired certificate', { serverCertificate: 'expired' }, (url) => url, /has expired\. Renew it/],
    [
      'no client certificate',
      { clientCertificates: true },
      (url) => url.replace(/&cert=.*/, ''),
      /Add cert=FILE and key=FILE|cert= and key=/,
    ],
  ])('says that TLS fails because of %s', async (_what, tls, change, reason) => {
    const server = await startMemcached({ tls });
    const verdict = await verdictOn(change(server.url, server));
    expect(verdict).toEqual({ isWrongUrl: false, reason: expect.stringMatching(reason) });
  });

  it('connects to a server with another name if the URL names it', async () => {
    const { url } = await startMemcached({ tls: { serverCertificate: 'wrong-name' } });
    const engine = startedOn(`${url}&servername=engine.invalid`);
    await until(() => engine.isReady);
    await engine.set('key', 'value');
    expect((await engine.get('key'))?.toString()).toBe('value');
  });
});

describe('an engine on Memcached that answers with errors', () => {
  it('reports a full server as failed, and keeps reading', async () => {
    const { url } = await startMemcached({ settings: ['-M', '-m', '2', '-I', '512k'] });
    const engine = startedOn(url);
    await until(() => engine.isReady);
    const piece = Buffer.alloc(400_000);
    let failure: unknown;
    for (let i = 0; i < 50 && !failure; i++)
      failure = await engine.set(`${i}`, piece).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      outcome: 'failed',
      message: 'Memcached answered set with SERVER_ERROR out of memory storing object.',
    });
    expect(await engine.get('0')).toEqual(piece);
    expect(engine.report()).toMatchObject({ state: 'ready', reason: null });
  });

  it('never takes the replies to a value that was read as commands for those of other calls', async () => {
    const { endpoint, stop } = await startEndpoint();
    closing.push(stop);
    const engine = startedOn(`memcached://127.0.0.1:${endpoint.port}`);
    await until(() => engine.isReady);
    // The endpoint refuses `set` and then executes its value.
    const [set, get] = await Promise.all([
      failureOf(() => engine.set('key', 'version')),
      failureOf(() => engine.get('other')),
    ]);
    expect(set).toMatchObject({ outcome: 'failed', message: 'Memcached answered set with ERROR.' });
    expect(get).toMatchObject({ outcome: 'unknown' });
    await until(() => engine.isReady);
    expect(await failureOf(() => engine.get('other'))).toMatchObject({ outcome: 'failed' });
  });
});

describe('an engine on a Memcached server that closes the connection in the middle of a value', () => {
  it('fails the call as unknown, and reads the whole value from the next connection', async () => {
    const server = await startMemcached();
    const cut = await startCuttingProxy(server.port);
    const engine = startedOn(`memcached://127.0.0.1:${cut.port}`);
    await until(() => engine.isReady);
    const value = Buffer.alloc(200_000, 'END\r\n');
    await engine.set('key', value);
    cut.closeAfter(150_000);
    expect(await outcomeOf(engine.get('key'))).toBe('unknown');
    await until(() => engine.isReady);
    expect(await engine.get('key')).toEqual(value);
  });
});

async function startEndpoint() {
  const cluster = await startMemcachedCluster({ nodes: 1 });
  return { endpoint: cluster.endpoint, stop: () => cluster.stop() };
}

/** Passes everything on. `closeAfter` ends the connection that has received this many bytes more, once. */
async function startCuttingProxy(target: number) {
  let bytesLeft = Number.POSITIVE_INFINITY;
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      client.write(chunk.subarray(0, bytesLeft));
      bytesLeft -= chunk.length;
      if (bytesLeft > 0) return;
      bytesLeft = Number.POSITIVE_INFINITY;
      client.end();
      server.destroy();
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return { port, closeAfter: (bytes: number) => void (bytesLeft = bytes) };
}
