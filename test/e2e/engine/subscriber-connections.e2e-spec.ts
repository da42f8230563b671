import { afterEach, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine, startSentinel } from '../../../local/index.js';
import {
  type InvalidationFeed,
  optionalCommand,
  parseEngineUrl,
  RedisEngine,
} from '../../../src/engine/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';

const CHANNEL = 'test:{channel}';
const WITHIN_MS = 1_000;

describe('a feed of invalidations', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function feedOn(url: string): Promise<{ engine: RedisEngine; feed: InvalidationFeed }> {
    const engine = new RedisEngine(parseEngineUrl(url), 2_000);
    closing.push(() => engine.close());
    engine.declareCommands([optionalCommand('Nothing is pushed.', 'SPUBLISH', CHANNEL, '')]);
    const feed = engine.invalidations([CHANNEL], () => undefined);
    engine.start();
    await until(() => engine.isReady);
    return { engine, feed };
  }

  async function startServer(...rules: string[]): Promise<{ server: LocalEngine; url: string }> {
    const server = await startEngine(redisLike());
    closing.push(() => server.stop());
    await server.command('ACL', 'SETUSER', 'app', 'on', '>first', '~*', '&*', '+@all', ...rules);
    return { server, url: server.url.replace('://', '://app:first@') };
  }

  it('is not coherent while no majority of the sentinels confirms the primary', async () => {
    const stack = await startSentinel(redisLike());
    closing.push(() => stack.stop());
    const { engine, feed } = await feedOn(stack.url);
    await until(() => feed.isCoherent(WITHIN_MS));
    const silent = ['sentinel-1', 'sentinel-2'].map((name) => stack.node(name));
    for (const sentinel of silent) sentinel.pause();
    await until(() => !feed.isCoherent(WITHIN_MS));
    expect(await engine.publish(CHANNEL, 'still connected')).toBe(1);
    for (const sentinel of silent) sentinel.resume();
    await until(() => feed.isCoherent(WITHIN_MS));
  });

  it('is coherent again when the user may publish, also after the main connection was replaced', async () => {
    const { server, url } = await startServer('-spublish');
    const { feed } = await feedOn(url);
    await until(() => feed.isRefused);
    await server.command('ACL', 'SETUSER', 'app', '+spublish');
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(() => !feed.isRefused);
    expect(feed.isCoherent(WITHIN_MS)).toBe(true);
  });

  it('connects again after seconds, not at once, when the password is wrong', async () => {
    const { server, url } = await startServer();
    const { feed } = await feedOn(url);
    await until(() => feed.isCoherent(WITHIN_MS));
    await server.command('ACL', 'LOG', 'RESET');
    await server.command('ACL', 'SETUSER', 'app', '<first', '>second');
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const failedLogins = async () => String(await server.command('ACL', 'LOG'));
    await until(async () => (await failedLogins()).includes('auth'));
    const endsAt = performance.now() + 1_500;
    await until(() => performance.now() > endsAt);
    // The first fields of an entry are "count" and its number.
    expect(Number(/count,(\d+)/.exec(await failedLogins())?.[1])).toBeLessThan(3);
    await server.command('ACL', 'SETUSER', 'app', '>first');
    await until(() => feed.isCoherent(WITHIN_MS));
  });
});
