import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import type { LeaderboardChanges } from '../../../src/leaderboard/index.js';
import { asGameServer } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { useTextbookApp } from './textbook-app.js';

const PLAYERS = 100;
const CHANGES = 20;

interface Row {
  rank: number;
  playerId: string;
  score: number;
}
interface Top {
  board: string;
  entries: Row[];
}

describe('the textbook leaderboard', () => {
  const textbook = useTextbookApp();
  const sockets: Socket[] = [];
  let board: string;
  beforeEach(() => {
    board = `board-${randomUUID()}`;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  const define = (definition: object = {}) =>
    request(textbook.app.url)
      .put(`/api/leaderboards/${board}`)
      .set(asGameServer)
      .send(definition)
      .expect(200);
  const post = (path: string, playerId: string, score: number, submissionId = randomUUID()) =>
    request(textbook.app.url)
      .post(`/${path}`)
      .set(asGameServer)
      .send({ submissionId, playerId, score })
      .expect(200);
  const page = async (side: string) =>
    (await request(textbook.app.url).get(`/${side}/leaderboards/${board}?limit=1000`).expect(200))
      .body as Top;
  const playersOf = async (side: string) => (await page(side)).entries.map(({ playerId }) => playerId);

  function connect(namespace: string): Promise<Socket> {
    const socket = io(`${textbook.app.url}/${namespace}`, { transports: ['websocket'], forceNew: true });
    sockets.push(socket);
    return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
  }

  it('ranks players by their best score, and sends the new top', async () => {
    const viewer = await connect('textbook-leaderboard');
    const top = new Promise<Top>((resolve) => viewer.once('top', resolve));
    const { body } = await post(`textbook/leaderboards/${board}/scores`, 'ada', 7);
    expect(body).toEqual({ playerId: 'ada', rank: 1, score: 7 });
    expect(await top).toEqual({ board, entries: [{ playerId: 'ada', rank: 1, score: 7 }] });
    await post(`textbook/leaderboards/${board}/scores`, 'ada', 3);
    const path = `/textbook/leaderboards/${board}/players`;
    expect((await request(textbook.app.url).get(`${path}/ada`).expect(200)).body).toEqual(body);
    expect((await request(textbook.app.url).get(`${path}/nobody`).expect(404)).body.code).toBe(
      'E_PLAYER_NOT_RANKED',
    );
  });

  it('orders equal scores by the name of the player; the module by who was first', async () => {
    await define();
    for (const side of ['textbook', 'api']) {
      for (const playerId of ['amy', 'zoe', 'bob'])
        await post(`${side}/leaderboards/${board}/scores`, playerId, 7);
    }
    expect(await playersOf('textbook')).toEqual(['zoe', 'bob', 'amy']);
    expect(await playersOf('api')).toEqual(['amy', 'zoe', 'bob']);
  });

  it('counts a repeated submission twice; the module counts it once', async () => {
    await define({ operator: 'sum' });
    const submissionId = randomUUID();
    for (let i = 0; i < 2; i++) {
      await post(`textbook/leaderboards/${board}/points`, 'ada', 7, submissionId);
      await post(`api/leaderboards/${board}/scores`, 'ada', 7, submissionId);
    }
    expect((await page('textbook')).entries).toMatchObject([{ playerId: 'ada', score: 14 }]);
    expect((await page('api')).entries).toMatchObject([{ playerId: 'ada', score: 7 }]);
  });

  it('sends every board to every viewer; the module sends only the watched one', async () => {
    await define();
    const [viewer, watcher] = [await connect('textbook-leaderboard'), await connect('leaderboard')];
    const other = `other-${randomUUID()}`;
    await request(textbook.app.url).put(`/api/leaderboards/${other}`).set(asGameServer).send({}).expect(200);
    const boards = { textbook: [] as string[], module: [] as string[] };
    viewer.on('top', ({ board }: Top) => boards.textbook.push(board));
    watcher.on('changes', ({ board }: LeaderboardChanges) => boards.module.push(board));
    await watcher.timeout(5000).emitWithAck('watch', { board, window: 'all', top: PLAYERS });
    for (const name of [other, board]) {
      await post(`textbook/leaderboards/${name}/scores`, 'ada', 7);
      await post(`api/leaderboards/${name}/scores`, 'ada', 7);
    }
    await until(() => boards.textbook.length === 2 && boards.module.length === 1);
    expect(boards).toEqual({ textbook: [other, board], module: [board] });
  });

  it('sends a viewer more than ten times the bytes of the module', async () => {
    await define();
    const [viewer, watcher] = [await connect('textbook-leaderboard'), await connect('leaderboard')];
    const submitBoth = (i: number, score: number) =>
      Promise.all(
        ['textbook', 'api'].map((side) => post(`${side}/leaderboards/${board}/scores`, `player-${i}`, score)),
      );
    await Promise.all(Array.from({ length: PLAYERS }, (_, i) => submitBoth(i, i * 100)));
    const seen = { tops: 0, version: 0 };
    const bytes = { textbook: 0, module: 0 };
    viewer.on('top', (top: Top) => {
      seen.tops++;
      bytes.textbook += JSON.stringify(top).length;
    });
    watcher.on('changes', (changes: LeaderboardChanges) => {
      seen.version = changes.version;
      bytes.module += JSON.stringify(changes).length;
    });
    await watcher.timeout(5000).emitWithAck('watch', { board, window: 'all', top: PLAYERS });
    for (let i = 0; i < CHANGES; i++) await submitBoth(i, i * 100 + 1);
    await until(() => seen.tops === CHANGES && seen.version === PLAYERS + CHANGES);
    expect(bytes.textbook).toBeGreaterThan(10 * bytes.module);
    expect(bytes.module).toBeGreaterThan(0);
  });

  it('loses all scores when the engine loses its data; the module restores them from PostgreSQL', async () => {
    await define();
    for (const side of ['textbook', 'api']) await post(`${side}/leaderboards/${board}/scores`, 'ada', 7);
    await (textbook.app.engine as LocalEngine).command('FLUSHALL');
    await until(async () => (await page('api')).entries.length === 1);
    expect((await page('api')).entries).toMatchObject([{ rank: 1, playerId: 'ada', score: 7 }]);
    expect((await page('textbook')).entries).toEqual([]);
  });
});
