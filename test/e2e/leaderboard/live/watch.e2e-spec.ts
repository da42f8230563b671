import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LeaderboardEntry, OwnPlaceChanged } from '../../../../src/leaderboard/index.js';
import { installed, startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { asGameServer } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask, connectionOf, disconnect, watch } from './viewer.js';

const CHANGES = 10_000;
const BATCH = 50;

describe.each(installed('redis', 'valkey'))('watching a leaderboard on %s', (kind) => {
  let app: TestApp;
  let other: TestNode;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp({ engine: kind });
    other = await app.startNode();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  function connect(url = app.url, headers: Record<string, string> = {}): Socket {
    const socket = io(`${url}/leaderboard`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
      extraHeaders: headers,
    });
    sockets.push(socket);
    return socket;
  }

  async function newBoard(definition: object = {}): Promise<string> {
    const board = `board-${randomUUID()}`;
    await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(definition).expect(200);
    return board;
  }

  /** The first of a board once the engine shows all that was accepted: nobody is told anything new after that. */
  const quietPage = async (board: string, limit: number, window = 'all') => {
    const [ledger] = await queryDatabase<{ sequence: string }>(
      app.databaseUrl,
      'SELECT sequence FROM boards WHERE board = $1',
      [board],
    );
    let page: { version: number; degraded?: true; entries: LeaderboardEntry[] } | undefined;
    await until(async () => {
      const path = `/api/leaderboards/${board}?limit=${limit}&window=${window}`;
      page = (await request(app.url).get(path).expect(200)).body;
      return !page?.degraded && page?.version === Number(ledger?.sequence);
    });
    return page as NonNullable<typeof page>;
  };

  const submit = (board: string, scores: Record<string, number> | [playerId: string, score: number][]) =>
    request(app.url)
      .post(`/api/leaderboards/${board}/scores`)
      .set(asGameServer)
      .send(
        (Array.isArray(scores) ? scores : Object.entries(scores)).map(([playerId, score]) => ({
          submissionId: randomUUID(),
          playerId,
          score,
        })),
      )
      .expect(({ status }) => expect([200, 202]).toContain(status));

  it('sends the top at once and then what changes, on every node', async () => {
    const board = await newBoard();
    await submit(board, { a: 30, b: 20, c: 10 });
    const viewers = await Promise.all(
      [app.url, other.url].map((url) => watch(connect(url), { board, top: 3 })),
    );
    await submit(board, { d: 25, c: 40 });
    await submit(board, { a: 50 });
    const { version, entries } = await quietPage(board, 3);
    for (const viewer of viewers) {
      await until(() => viewer.version === version);
      expect(viewer.entries).toEqual(entries);
      expect(viewer.gaps).toBe(0);
    }
  });

  it('tells a viewer’s own place among its neighbours', async () => {
    const board = await newBoard();
    await submit(board, { a: 9, b: 8, c: 7, d: 6, me: 5, e: 4 });
    const neighbours = async () => {
      const path = `/api/leaderboards/${board}/players/me/neighbours?radius=2`;
      return (await request(app.url).get(path).expect(200)).body.entries as LeaderboardEntry[];
    };
    const socket = connect();
    const { me } = await ask(socket, 'watch', { board, window: 'all', top: 1, playerId: 'me' });
    expect(me).toEqual({ rank: 5, score: 5, version: 6, neighbours: await neighbours() });
    const places: OwnPlaceChanged[] = [];
    socket.on('me', (place) => places.push(place));
    await submit(board, { me: 7 });
    await until(() => places.length > 0);
    expect(places[0]).toMatchObject({ board, playerId: 'me', rank: 4, score: 7 });
    expect(places[0]?.neighbours).toEqual(await neighbours());
    expect(places[0]?.neighbours.map(({ playerId }) => playerId)).toEqual(['b', 'c', 'me', 'd', 'e']);
  });

  it('tells a viewer when its own place is gone', async () => {
    const board = await newBoard();
    await submit(board, { a: 9, leaving: 5 });
    const socket = connect();
    await ask(socket, 'watch', { board, window: 'all', top: 1, playerId: 'leaving' });
    const places: OwnPlaceChanged[] = [];
    socket.on('me', (place) => places.push(place));
    await request(app.url).delete('/api/players/leaving').set(asGameServer).expect(204);
    await until(() => places.length > 0);
    await submit(board, { b: 7 });
    await quietPage(board, 2);
    await delay(1_200);
    const none = { rank: null, score: null, neighbours: [], version: 3 };
    expect(places).toEqual([{ board, window: 'all', playerId: 'leaving', ...none }]);
  });

  it('tells windows and shared ranks by differences, too', async () => {
    const board = await newBoard({ ties: 'shared', operator: 'latest', windows: ['all', 'daily'] });
    await submit(board, { a: 30, b: 20, c: 20, d: 10 });
    const viewers = await Promise.all(
      (['all', 'daily'] as const).map((window) => watch(connect(), { board, top: 4, window })),
    );
    await submit(board, { d: 30, c: 30 });
    await submit(board, { a: 20, e: 30 });
    const { version, entries } = await quietPage(board, 4);
    expect(entries.map(({ rank }) => rank)).toEqual([1, 1, 1, 4]);
    for (const viewer of viewers) {
      await until(() => viewer.version === version);
      expect(viewer.entries).toEqual(entries);
      expect(viewer.gaps).toBe(0);
    }
  });

  it('sends the entries that changed, with their ranks and names, and the ids that left the top', async () => {
    const board = await newBoard();
    await request(app.url).put('/api/players/named').set(asGameServer).send({ name: 'Ada' }).expect(204);
    await submit(board, { a: 30, named: 20 });
    const socket = connect();
    const changes: unknown[] = [];
    socket.on('changes', (message) => changes.push(message));
    const watched = { board, window: 'all', top: 2 };
    await ask(socket, 'watch', watched);
    await submit(board, { named: 40 });
    await until(() => changes.length === 1);
    await submit(board, { named: 50, b: 35 });
    await until(() => changes.length === 2);
    const named = (score: number) => ({ rank: 1, playerId: 'named', name: 'Ada', score });
    expect(changes).toEqual([
      { ...watched, previousVersion: 2, version: 3, entries: [named(40)], removed: [] },
      {
        ...watched,
        previousVersion: 3,
        version: 5,
        entries: [named(50), { rank: 2, playerId: 'b', name: null, score: 35 }],
        removed: ['a'],
      },
    ]);
  });

  it('equals what GET answers after 10,000 random changes, forced disconnects and an engine that restarts', async () => {
    const board = await newBoard({ operator: 'latest' });
    await submit(board, { p0: 1 });
    const sockets = [connect(), connect(other.url)];
    const viewers = await Promise.all(sockets.map((socket) => watch(socket, { board, top: 20 })));
    for (let round = 1; round <= CHANGES / BATCH; round++) {
      const scores = Array.from({ length: BATCH }, (): [string, number] => [
        `p${randomInt(60)}`,
        randomInt(100),
      ]);
      await submit(board, scores);
      if (round % 30 === 0) disconnect(sockets[round % 4 === 0 ? 0 : 1]);
      if (round === CHANGES / BATCH / 2) {
        await app.engine.kill();
        await app.engine.restart();
      }
      if (round % 10 > 0) continue;
      const { version, entries } = await quietPage(board, 20);
      for (const viewer of viewers) {
        await until(() => viewer.version === version && viewer.isWatching);
        expect(viewer.entries).toEqual(entries);
      }
    }
    for (const viewer of viewers) {
      expect(viewer.wentBack).toBe(0);
      // Twenty quiet points, most of them reached without a snapshot, by one difference at least.
      expect(viewer.snapshots).toBeLessThan(10);
      expect(viewer.applied).toBeGreaterThan(10);
    }
  }, 60_000);

  it('gives a resync what a watch gets', async () => {
    const board = await newBoard();
    await submit(board, { a: 1 });
    const socket = connect();
    const request = { board, window: 'all', top: 5 };
    expect(await ask(socket, 'resync', request)).toEqual(await ask(socket, 'watch', request));
  });

  it.each([
    [{ board: 'nobody-made-me', window: 'all', top: 5 }, 'E_BOARD_UNKNOWN'],
    [{ board: 'UPPER', window: 'all', top: 5 }, 'E_INVALID'],
    [{ board: 'arena', window: 'all', top: 1000 }, 'E_INVALID'],
    ['nonsense', 'E_INVALID'],
    [null, 'E_INVALID'],
  ])('refuses %j with %s', async (message, code) => {
    expect(await ask(connect(), 'watch', message)).toMatchObject({ error: { code } });
  });

  it('closes on a message of more than 16 KB, and answers one of less', async () => {
    const socket = connect();
    const message = (kilobytes: number) => ({ board: 'x'.repeat(kilobytes * 1024), window: 'all', top: 5 });
    expect(await ask(socket, 'watch', message(15))).toMatchObject({ error: { code: 'E_INVALID' } });
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('watch', message(17));
    expect(await closed).toMatch(/^transport/);
  });

  it('leaves out a viewer whose socket is not read, also from answers, and says so when it is read again', async () => {
    const board = await newBoard();
    const longest = (i: number) => `${i}`.padEnd(128, 'x');
    await submit(
      board,
      Array.from({ length: 100 }, (_, i): [string, number] => [longest(i), i]),
    );
    const [reading, stalled] = [connect(), connect()];
    const reader = await watch(reading, { board, top: 100 });
    const slow = await watch(stalled, { board, top: 100 });
    const heard: string[] = [];
    stalled.onAny((event: string) => heard.push(event));
    const connection = connectionOf(stalled);
    connection.pause();
    // More than the kernel holds: ten megabytes at most on Linux, unless it was told otherwise.
    const question = { board, window: 'all', top: 100 };
    let answered = 0;
    for (let i = 0; i < 250; i++) {
      for (let j = 0; j < 3; j++) stalled.emit('resync', question, () => answered++);
      await ask(reading, 'resync', question);
    }
    await submit(board, { late: 1_000 });
    await until(() => reader.entries[0]?.playerId === 'late');
    connection.resume();
    await until(() => heard.includes('behind') && slow.entries[0]?.playerId === 'late');
    expect(heard).not.toContain('changes');
    expect(answered).toBeLessThan(750);
  });

  it('is refused to pages of another origin', async () => {
    const socket = connect(app.url, { origin: 'https://elsewhere.example' });
    const refused = await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(refused).toBeInstanceOf(Error);
  });

  it('goes on after the engine was lost, with versions that never go back', async () => {
    const board = await newBoard();
    await submit(board, { a: 1, b: 2 });
    const viewer = await watch(connect(), { board, top: 3 });
    await app.engine.kill();
    await app.engine.restart();
    await until(
      async () => (await request(app.url).get(`/api/leaderboards/${board}/players/a`)).body.rank === 2,
    );
    await submit(board, { a: 3 });
    await until(() => viewer.version === 3);
    expect(viewer.entries.map(({ playerId }) => playerId)).toEqual(['a', 'b']);
    expect(viewer.gaps).toBe(0);
  });
});
