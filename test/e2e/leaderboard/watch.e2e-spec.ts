import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LeaderboardChanges, LeaderboardEntry, WatchSnapshot } from '../../../src/leaderboard/index.js';
import { installed, startApp, type TestApp, type TestNode } from '../../support/app.js';
import { asGameServer } from '../../support/settings.js';
import { until } from '../../support/until.js';

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
      extraHeaders: headers,
    });
    sockets.push(socket);
    return socket;
  }

  async function newBoard(): Promise<string> {
    const board = `board-${randomUUID()}`;
    await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send({}).expect(200);
    return board;
  }

  const submit = (board: string, scores: Record<string, number>) =>
    request(app.url)
      .post(`/api/leaderboards/${board}/scores`)
      .set(asGameServer)
      .send(
        Object.entries(scores).map(([playerId, score]) => ({ submissionId: randomUUID(), playerId, score })),
      )
      .expect(200);

  it('sends the top at once and then what changes, on every node', async () => {
    const board = await newBoard();
    await submit(board, { a: 30, b: 20, c: 10 });
    const viewers = await Promise.all([app.url, other.url].map((url) => watch(connect(url), board, 3)));
    await submit(board, { d: 25, c: 40 });
    await submit(board, { a: 50 });
    const { body } = await request(app.url).get(`/api/leaderboards/${board}?limit=3`).expect(200);
    for (const viewer of viewers) {
      await until(() => viewer.version === body.version);
      expect(viewer.entries).toEqual(body.entries);
      expect(viewer.gaps).toBe(0);
    }
  });

  it('tells a viewer’s own place', async () => {
    const board = await newBoard();
    await submit(board, { a: 2, me: 1 });
    const socket = connect();
    const snapshot = await ask(socket, 'watch', { board, window: 'all', top: 1, playerId: 'me' });
    expect(snapshot).toMatchObject({ me: { rank: 2, score: 1 }, entries: [{ playerId: 'a' }] });
    const places: unknown[] = [];
    socket.on('me', (place) => places.push(place));
    await submit(board, { me: 3 });
    await until(() => places.length > 0);
    expect(places[0]).toMatchObject({ board, playerId: 'me', rank: 1, score: 3 });
  });

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

  it('is refused to pages of another origin', async () => {
    const socket = connect(app.url, { origin: 'https://elsewhere.example' });
    const refused = await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(refused).toBeInstanceOf(Error);
  });

  it('goes on after the engine was lost, with versions that never go back', async () => {
    const board = await newBoard();
    await submit(board, { a: 1, b: 2 });
    const viewer = await watch(connect(), board, 3);
    await app.engine.kill();
    await app.engine.restart();
    await until(
      async () => (await request(app.url).get(`/api/leaderboards/${board}/players/a`)).status === 200,
    );
    await submit(board, { a: 3 });
    await until(() => viewer.version === 3);
    expect(viewer.entries.map(({ playerId }) => playerId)).toEqual(['a', 'b']);
    expect(viewer.gaps).toBe(0);
  });
});

function ask(socket: Socket, event: string, message: unknown): Promise<WatchSnapshot> {
  return socket.timeout(5000).emitWithAck(event, message) as Promise<WatchSnapshot>;
}

/** A viewer that does what leaderboard.wire.ts says. */
async function watch(socket: Socket, board: string, top: number) {
  const viewer = { version: -1, entries: [] as LeaderboardEntry[], gaps: 0 };
  const early: LeaderboardChanges[] = [];
  const apply = (changes: LeaderboardChanges) => {
    if (changes.version <= viewer.version) return;
    if (changes.previousVersion !== viewer.version) viewer.gaps++;
    const touched = new Set([...changes.removed, ...changes.entries.map(({ playerId }) => playerId)]);
    const list = viewer.entries.filter(({ playerId }) => !touched.has(playerId));
    for (const entry of changes.entries) list.splice(entry.rank - 1, 0, entry);
    viewer.entries = list.slice(0, top).map((entry, i) => ({ ...entry, rank: i + 1 }));
    viewer.version = changes.version;
  };
  socket.on('changes', (changes: LeaderboardChanges) =>
    viewer.version < 0 ? early.push(changes) : apply(changes),
  );
  const { version, entries } = await ask(socket, 'watch', { board, window: 'all', top });
  Object.assign(viewer, { version, entries });
  early.forEach(apply);
  return viewer;
}
