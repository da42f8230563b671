import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArenaState, Lead } from '../../../src/demo/arena/arena.wire.js';
import { until } from '../../support/until.js';
import { useTextbookBoards } from '../textbook/textbook-boards.js';

const WATCH = { board: 'arena', window: 'all', top: 10 };

describe('the simulated players', () => {
  const boards = useTextbookBoards();
  beforeEach(() =>
    until(async () => (await request(boards.app.url).get('/api/leaderboards/arena')).status === 200),
  );
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  const sockets: Awaited<ReturnType<typeof boards.connect>>[] = [];
  const stateOf = async () => (await request(boards.app.url).get('/api/demo/arena')).body as ArenaState;
  const choose = (scoresPerSecond: unknown) =>
    request(boards.app.url).put('/api/demo/arena').send({ scoresPerSecond });
  const boardOf = async (side: 'api' | 'textbook' = 'api') => {
    const { body } = await request(boards.app.url).get(`/${side}/leaderboards/arena?limit=100`).expect(200);
    return body as { version: number; entries: { playerId: string; score: number }[] };
  };
  const watch = async (node?: { url: string }) => {
    const socket = await boards.connect('leaderboard', node);
    sockets.push(socket);
    await socket.timeout(5_000).emitWithAck('watch', WATCH);
  };

  it('play while somebody watches, and pause when the last viewer has left', async () => {
    const unwatched = await boardOf();
    expect(unwatched.version).toBe(0);
    await watch();
    await until(async () => (await boardOf()).version > 0);
    await choose(200).expect(200);
    for (const socket of sockets.splice(0)) socket.disconnect();
    await until(async () => !(await stateOf()).isWatched);
    // The chosen rate has ended too.
    await until(async () => (await stateOf()).chosenUntil === null);
    expect(await stateOf()).toMatchObject({ scoresPerSecond: 10, isWatched: false });
    const { version } = await boardOf();
    await boards.define();
    expect((await boardOf()).version).toBe(version);
  });

  it('share one rate, however many pages watch', async () => {
    for (let page = 0; page < 3; page++) await watch();
    await choose(100).expect(200);
    const [from, startedAt] = [(await boardOf()).version, performance.now()];
    await until(async () => (await boardOf()).version > from + 100);
    const changes = (await boardOf()).version - from;
    const seconds = (performance.now() - startedAt) / 1_000;
    // A second's scores may be due after a pause.
    expect(changes).toBeLessThanOrEqual(100 * (seconds + 1) + 1);
  });

  it('share one rate on all nodes', async () => {
    const node = await boards.app.startNode();
    try {
      await watch();
      await watch(node);
      await choose(200).expect(200);
      expect((await request(node.url).get('/api/demo/arena')).body).toMatchObject({ scoresPerSecond: 200 });
      const [from, startedAt] = [(await boardOf()).version, performance.now()];
      await until(async () => (await boardOf()).version > from + 1_000);
      const changes = (await boardOf()).version - from;
      const seconds = (performance.now() - startedAt) / 1_000;
      // Each node may be a second late in reading that the other one plays.
      expect(changes).toBeLessThanOrEqual(200 * (seconds + 2) + 1);
    } finally {
      await node.close();
    }
  });

  it.each([-1, 201, 1.5, '10', null, undefined])('reject the rate %s with 422', async (rate) => {
    const { body } = await choose(rate).expect(422);
    expect(body).toMatchObject({ code: 'E_INVALID' });
  });

  it('put the named player first', async () => {
    await watch();
    const path = '/api/demo/arena/leads';
    for (const [turn, playerId] of ['wren', 'ash', 'iris', 'wren', 'ash', 'iris'].entries()) {
      await choose(200).expect(200);
      const { version } = await boardOf();
      await until(async () => (await boardOf()).version > version);
      // Sometimes in a round, which then ends before the lead.
      await wait(25 * turn);
      await choose(0).expect(200);
      const { body } = await request(boards.app.url).post(path).send({ playerId }).expect(200);
      expect(body as Lead).toMatchObject({ playerId, rank: 1 });
      expect((await boardOf()).entries[0]).toMatchObject({ playerId, score: (body as Lead).score });
    }
    await request(boards.app.url).post(path).send({ playerId: 'nobody' }).expect(422);
  });

  it('give the textbook side the same scores while somebody watches that side', async () => {
    await watch();
    await choose(200).expect(200);
    const { version } = await boardOf();
    await until(async () => (await boardOf()).version > version + 100);
    expect((await boardOf('textbook')).entries).toEqual([]);
    sockets.push(await boards.connect('textbook-leaderboard'));
    await until(async () => (await boardOf('textbook')).entries.length > 0);
    await choose(0).expect(200);
    const scoresOf = async (side: 'api' | 'textbook') =>
      Object.fromEntries((await boardOf(side)).entries.map(({ playerId, score }) => [playerId, score]));
    const haveEqual = async () => {
      const [module, textbook] = await Promise.all([scoresOf('api'), scoresOf('textbook')]);
      return isDeepStrictEqual(module, textbook);
    };
    await until(haveEqual);
    expect(Object.keys(await scoresOf('textbook')).length).toBeGreaterThan(10);
  });

  it('are controlled by operators only', async () => {
    const { body } = await request(boards.app.url).get('/api/demo/arena').set({ host: 'a.example' });
    expect(body).toMatchObject({ status: 403, code: 'E_HOST_UNKNOWN' });
  });
});
