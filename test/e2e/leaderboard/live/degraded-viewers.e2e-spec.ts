import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../../../support/app.js';
import { asGameServer } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask, watch } from './viewer.js';

describe('viewers while the engine is down', () => {
  let app: TestApp;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp();
  });
  afterEach(() => {
    vi.useRealTimers();
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(() => app.close());

  function connect(): Socket {
    const socket = io(`${app.url}/leaderboard`, { transports: ['websocket'], forceNew: true });
    sockets.push(socket);
    return socket;
  }

  async function newBoard(): Promise<string> {
    const board = `board-${randomUUID()}`;
    await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send({}).expect(200);
    return board;
  }

  const submit = (board: string, playerId: string, score: number) =>
    request(app.url)
      .post(`/api/leaderboards/${board}/scores`)
      .set(asGameServer)
      .send({ submissionId: randomUUID(), playerId, score })
      .expect(({ status }) => expect([200, 202]).toContain(status));

  const pageOf = async (board: string) =>
    (await request(app.url).get(`/api/leaderboards/${board}`).expect(200)).body;

  it('receive the event degraded, then what the ledger accepts, and the event again when the engine is back', async () => {
    const board = await newBoard();
    await submit(board, 'a', 1);
    const viewer = await watch(connect(), { board, top: 10, playerId: 'a' });
    const notices: unknown[] = [];
    const socket = sockets[0] as Socket;
    socket.on('degraded', (notice) => notices.push(notice));

    await app.engine.kill();
    await submit(board, 'b', 2);
    await until(() => viewer.isDegraded && viewer.version === 2);
    expect(viewer.entries).toEqual((await pageOf(board)).entries);
    const late = await ask(connect(), 'watch', { board, window: 'all', top: 10, playerId: 'a' });
    const { version, entries, degraded } = await pageOf(board);
    expect(late).toEqual({ version, endsAt: null, ties: 'first', entries, degraded, me: null });
    expect(degraded).toBe(true);

    await app.engine.restart();
    await submit(board, 'c', 3);
    await until(() => !viewer.isDegraded && viewer.version === 3 && viewer.me?.rank === 3);
    expect(viewer.entries.map(({ playerId }) => playerId)).toEqual(['c', 'b', 'a']);
    expect(notices).toEqual([true, false].map((down) => ({ board, window: 'all', degraded: down })));
    expect([viewer.gaps, viewer.wentBack, viewer.snapshots]).toEqual([0, 0, 1]);
  });

  it('receive own places and new names when the clock of the node is set back an hour', async () => {
    const board = await newBoard();
    await submit(board, 'a', 1);
    const viewer = await watch(connect(), { board, top: 10, playerId: 'a' });
    await until(() => viewer.me?.rank === 1);

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    await submit(board, 'b', 2);
    await until(() => viewer.me?.rank === 2);
    await request(app.url).put('/api/players/b').set(asGameServer).send({ name: 'Ben' });
    await until(() => viewer.entries[0]?.name === 'Ben');
    expect(viewer.entries).toEqual((await pageOf(board)).entries);
  });

  it.each([
    ['watch', 'an unknown board', { board: 'nobody-made-me', window: 'all', top: 5 }],
    ['resync', 'an unknown board', { board: 'nobody-made-me', window: 'all', top: 5 }],
    ['watch', 'a window that the board does not have', { window: 'daily', top: 5 }],
    ['resync', 'no top', { window: 'all' }],
  ])('keep the running watch when a %s of %s is rejected', async (event, _what, message) => {
    const board = await newBoard();
    await submit(board, 'a', 1);
    const socket = connect();
    const viewer = await watch(socket, { board, top: 10, playerId: 'a' });
    expect(await ask(socket, event, { board, ...message })).toHaveProperty('error.code');
    await submit(board, 'b', 2);
    await until(() => viewer.version === 2 && viewer.me?.rank === 2);
    expect(viewer.entries.map(({ playerId }) => playerId)).toEqual(['b', 'a']);
    expect(viewer.snapshots).toBe(1);
  });

  it('receive the changes of the last watch only', async () => {
    const [before, after] = [await newBoard(), await newBoard()];
    const socket = connect();
    const boards: string[] = [];
    socket.on('changes', ({ board }: { board: string }) => boards.push(board));
    await ask(socket, 'watch', { board: before, window: 'all', top: 10 });
    await ask(socket, 'watch', { board: after, window: 'all', top: 10 });
    const other = await watch(connect(), { board: before, top: 10 });
    await submit(before, 'a', 1);
    await until(() => other.version === 1);
    await submit(after, 'a', 1);
    await until(() => boards.length > 0);
    expect(boards).toEqual([after]);
  });
});
