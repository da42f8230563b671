import { performance } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../local/index.js';
import {
  defineScript,
  EngineError,
  MemcachedEngine,
  parseEngineUrl,
  RedisEngine,
} from '../../../src/engine/index.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 200;

describe.each(installed('redis', 'valkey', 'memcached'))('an engine on %s', (kind) => {
  let server: LocalServer;
  let engine: RedisEngine | MemcachedEngine;
  beforeEach(async () => {
    server = await startEngine(kind);
    const address = parseEngineUrl(server.url);
    engine =
      kind === 'memcached'
        ? new MemcachedEngine(address, DEADLINE_MS)
        : new RedisEngine(address, DEADLINE_MS);
    engine.start();
    await until(() => engine.isReady);
  });
  afterEach(async () => {
    engine.close();
    await server.stop();
  });

  const set = async (): Promise<unknown> =>
    engine instanceof RedisEngine
      ? engine.client.set('key', 'value')
      : engine.settle('set', () => memcachedSet(engine as MemcachedEngine));

  it('settles every call within its deadline while the server is paused', async () => {
    server.pause();
    const startedAt = performance.now();
    const calls = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(set())));
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 400);
    expect(calls).toEqual(Array.from({ length: 50 }, () => expect.stringMatching(/^(unknown|refused)$/)));
    server.resume();
    await until(async () => (await outcomeOf(set())) === 'done');
  });

  it('refuses at once while the server is down', async () => {
    await server.kill();
    await until(() => !engine.isReady);
    const startedAt = performance.now();
    const calls = await Promise.all(Array.from({ length: 200 }, () => outcomeOf(set())));
    expect(new Set(calls)).toEqual(new Set(['refused']));
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS);
    expect(engine.report()).toMatchObject({ state: 'down', reason: expect.stringMatching(/\.$/) });
  });

  it('is ready again by itself after a kill and after a pause', async () => {
    await server.kill();
    await until(() => !engine.isReady);
    await server.restart();
    await until(async () => (await outcomeOf(set())) === 'done');
    server.pause();
    await until(() => !engine.isReady);
    server.resume();
    await until(async () => (await outcomeOf(set())) === 'done');
    expect(engine.report()).toMatchObject({ state: 'ready', reason: null });
  });
});

describe.each(installed('redis', 'valkey'))('a RedisEngine on %s', (kind) => {
  let server: LocalServer;
  let engine: RedisEngine;
  beforeEach(async () => {
    server = await startEngine(kind);
    engine = new RedisEngine(parseEngineUrl(server.url), DEADLINE_MS);
    engine.start();
    await until(() => engine.isReady);
  });
  afterEach(async () => {
    engine.close();
    await server.stop();
  });

  it('tells an error the engine answered with from one it could not ask, and keeps the breaker closed for it', async () => {
    await engine.client.set('text', 'not a list');
    for (let i = 0; i < 10; i++) expect(await outcomeOf(engine.client.lPush('text', 'x'))).toBe('failed');
    expect(await outcomeOf(engine.client.get('text'))).toBe('done');
  });

  it('runs a script whether or not the engine has it cached', async () => {
    const script = defineScript('test.sum', 'return tonumber(ARGV[1]) + tonumber(ARGV[2])');
    expect(await engine.run(script, ['key'], ['1', '2'])).toBe(3);
    await engine.client.scriptFlush();
    expect(await engine.run(script, ['key'], ['3', '4'])).toBe(7);
  });

  it('sends a batch through the same gate', async () => {
    expect(await engine.client.multi().set('a', '1').get('a').exec()).toEqual(['OK', '1']);
    server.pause();
    expect(await outcomeOf(engine.client.multi().set('a', '2').get('a').exec())).toMatch(
      /^(unknown|refused)$/,
    );
    server.resume();
  });
});

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof EngineError) return error.outcome;
    throw error;
  }
}

function memcachedSet(engine: MemcachedEngine): Promise<boolean> {
  return engine.client.set('key', 'value', {});
}
