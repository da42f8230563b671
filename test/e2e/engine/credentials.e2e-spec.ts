import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startEngine, startSentinel } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { SOON } from '../../contracts/engine-trial.js';
import { redisLike } from '../../support/app.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

/** Shorter than the shortest wait after a misconfiguration, 2 s. */
const AT_ONCE_MS = 1_500;

const closing: (() => unknown)[] = [];
let file: string;
beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'credentials-'));
  closing.push(() => rm(directory, { recursive: true }));
  file = join(directory, 'password');
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function connect(url: string): RedisEngine {
  const engine = new RedisEngine(parseEngineUrl(url), 4_000);
  engine.start();
  closing.push(() => engine.close());
  return engine;
}

/** The URL with the password file instead of the password. */
const withFile = (url: string) =>
  `${url.replace(/:[^/@]*@/, '@').replace('://@', '://')}${url.includes('?') ? '&' : '?'}`;

describe('an engine whose password is in a file', () => {
  it.each<[string, () => Promise<{ url: string; stop: () => Promise<void> }>]>([
    ['one server', () => startEngine(redisLike(), { password: 'right' })],
    ['a cluster', () => startCluster(redisLike(), { password: 'right' })],
  ])('on %s: notices a corrected file at once, after the server refused the old one', async (_how, start) => {
    const server = await start();
    closing.push(() => server.stop());
    await writeFile(file, 'wrong\n');
    const engine = connect(`${withFile(server.url)}password-file=${file}`);
    await expect
      .poll(() => engine.report().reason, SOON)
      .toBe('The password-file of its URL has a user or password that the server refuses. Correct them.');
    await writeFile(file, 'right\n');
    const { ms } = await elapsed(() => until(() => engine.isReady));
    expect(ms).toBeLessThan(AT_ONCE_MS);
  });

  it('says that the file cannot be read, and connects at once when it can', async () => {
    const server = await startEngine(redisLike(), { password: 'right' });
    closing.push(() => server.stop());
    const engine = connect(`${withFile(server.url)}password-file=${file}`);
    await expect
      .poll(() => engine.report().reason, SOON)
      .toBe('The password-file of its URL cannot be read (ENOENT). Correct the path or the permissions.');
    await writeFile(file, 'right\n');
    const { ms } = await elapsed(() => until(() => engine.isReady));
    expect(ms).toBeLessThan(AT_ONCE_MS);
  });
});

describe('the credentials of the sentinels', () => {
  let stack: EngineStack;
  beforeEach(async () => {
    stack = await startSentinel(redisLike(), { password: 'secret' });
    closing.push(() => stack.stop());
    // The sentinels get another user than the servers know.
    for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3']) {
      await stack.node(name).command('ACL', 'SETUSER', 'watcher', 'on', '>other', '+@all', '~*', '&*');
    }
  });

  it('are their own if the URL names them', async () => {
    await writeFile(file, 'other\n');
    for (const password of ['sentinel-password=other', `sentinel-password-file=${file}`]) {
      const engine = connect(`${stack.url}&sentinel-user=watcher&${password}`);
      await until(() => engine.isReady);
      expect(engine.report().reason).toBeNull();
    }
  });

  it('are those of the servers otherwise', async () => {
    const engine = connect(stack.url);
    await until(() => engine.isReady);
    expect(engine.report().reason).toBeNull();
  });

  it('are named in health when the sentinels refuse them', async () => {
    await writeFile(file, 'wrong\n');
    const engine = connect(`${stack.url}&sentinel-user=watcher&sentinel-password-file=${file}`);
    await expect
      .poll(() => engine.report().reason, SOON)
      .toMatch(/^The sentinel-password-file of its URL has a user or password that the server refuses/);
    const other = connect(`${stack.url}&sentinel-user=watcher&sentinel-password=wrong`);
    await expect.poll(() => other.report().reason, SOON).toMatch(/sentinel-user.*sentinel-password/);
  });
});
