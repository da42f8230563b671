import { randomInt } from 'node:crypto';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { asGameServer } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask, disconnect, watch } from './viewer.js';
import { useBoardViewers } from './board-viewers.js';

const CHANGES = 10_000;
const BATCH = 50;

const nodes = useBoardViewers();
const { connect, newBoard, submit, quietPage } = nodes;

describe('viewers of a board', () => {
  it('receive a snapshot, then the changes, on every node', async () => {
    const board = await newBoard();
    await submit(board, { a: 30, b: 20, c: 10 });
    const viewers = await Promise.all(
      [nodes.app.url, nodes.other.url].map((url) => watch(connect(url), { board, top: 3 })),
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

  it('receive the changes of windows and of shared ranks', async () => {
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

  it('receive `deleted` on every node when the board is deleted, and can watch a new one of its name', async () => {
    const board = await newBoard();
    await submit(board, { a: 30, b: 20 });
    const watched = { board, window: 'all', top: 3 };
    const sockets = [connect(), connect(nodes.other.url)];
    const heard: unknown[] = [];
    for (const socket of sockets) {
      socket.onAny((...message: unknown[]) => heard.push(message));
      await ask(socket, 'watch', watched);
    }
    const path = `/api/leaderboards/${board}`;
    const remove = () => request(nodes.app.url).delete(path).set(asGameServer).expect(204);
    const create = () => request(nodes.app.url).put(path).set(asGameServer).send({}).expect(200);
    await remove();
    await until(() => heard.length === sockets.length);
    for (const socket of sockets) {
      expect(await ask(socket, 'watch', watched)).toMatchObject({ error: { code: 'E_BOARD_UNKNOWN' } });
    }
    await create();
    await submit(board, { c: 1, d: 2 });
    const page = await watch(connect(nodes.other.url), { board, top: 3 });
    // Before the nodes notice that it is gone.
    await remove();
    await create();
    await submit(board, { e: 3 });
    await until(() => page.entries.length === 1 && page.entries[0]?.playerId === 'e');
    // The watches that ended have received nothing more.
    const ended = ['deleted', { board, window: 'all' }];
    expect(heard).toEqual([ended, ended]);
  });

  it('receive the entries that changed, with their ranks and names, and the ids that left the top', async () => {
    const board = await newBoard();
    await request(nodes.app.url)
      .put('/api/players/named')
      .set(asGameServer)
      .send({ name: 'Ada' })
      .expect(204);
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

  it('hold what GET answers after 10,000 random changes, forced disconnects and a restart of the engine', async () => {
    const board = await newBoard({ operator: 'latest' });
    await submit(board, { p0: 1 });
    const sockets = [connect(), connect(nodes.other.url)];
    const viewers = await Promise.all(sockets.map((socket) => watch(socket, { board, top: 20 })));
    for (let round = 1; round <= CHANGES / BATCH; round++) {
      const scores = Array.from({ length: BATCH }, (): [string, number] => [
        `p${randomInt(60)}`,
        randomInt(100),
      ]);
      await submit(board, scores);
      if (round % 30 === 0) disconnect(sockets[round % 4 === 0 ? 0 : 1]);
      if (round === CHANGES / BATCH / 2) {
        await nodes.app.engine.kill();
        await nodes.app.engine.restart();
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
      // Most of the twenty quiet points were reached by changes, without a snapshot.
      expect(viewer.snapshots).toBeLessThan(10);
      expect(viewer.applied).toBeGreaterThan(10);
    }
  }, 60_000);

  it('continue after the engine lost its data, with versions that never go back', async () => {
    const board = await newBoard();
    await submit(board, { a: 1, b: 2 });
    const viewer = await watch(connect(), { board, top: 3 });
    await nodes.app.engine.kill();
    await nodes.app.engine.restart();
    await until(
      async () => (await request(nodes.app.url).get(`/api/leaderboards/${board}/players/a`)).body.rank === 2,
    );
    await submit(board, { a: 3 });
    await until(() => viewer.version === 3);
    expect(viewer.entries.map(({ playerId }) => playerId)).toEqual(['a', 'b']);
    expect(viewer.gaps).toBe(0);
  });
});
