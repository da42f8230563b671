import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../local/index.js';
import { MemcachedEngine, parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { outcomeOf } from '../../contracts/engine-trial.js';
import { installed } from '../../support/app.js';
import { elapsed } from '../../support/elapsed.js';
import { until } from '../../support/until.js';
import { commandsOf } from '../../support/commands-of.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 200;
const LATE_MS = 50;

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
    engine instanceof RedisEngine ? commandsOf(engine).set('key', 'value') : engine.set('key', 'value');

  it('settles every call within its deadline while the server is paused', async () => {
    server.pause();
    const { ms, result: calls } = await elapsed(() =>
      Promise.all(Array.from({ length: 50 }, () => outcomeOf(set()))),
    );
    expect(ms).toBeLessThan(DEADLINE_MS + LATE_MS);
    expect(calls).toEqual(Array.from({ length: 50 }, () => expect.stringMatching(/^(unknown|refused)$/)));
    server.resume();
    await until(async () => (await outcomeOf(set())) === 'done');
  });

  it('refuses calls at once while the server is down', async () => {
    await server.kill();
    await until(() => !engine.isReady);
    const { ms, result: calls } = await elapsed(() =>
      Promise.all(Array.from({ length: 200 }, () => outcomeOf(set()))),
    );
    expect(new Set(calls)).toEqual(new Set(['refused']));
    expect(ms).toBeLessThan(DEADLINE_MS);
    expect(engine.report()).toMatchObject({ state: 'down', reason: expect.stringMatching(/\.$/) });
  });

  it('recovers by itself after a kill and after a pause', async () => {
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
