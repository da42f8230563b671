import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DatabaseModule } from '../../src/database/index.js';
import { EngineModule, Engines, parseEngineUrl } from '../../src/engine/index.js';
import {
  type LeaderboardChanges,
  LeaderboardModule,
  type WatchSnapshot,
} from '../../src/leaderboard/index.js';

const ENGINE_URL = process.env['ENGINE_URL'];
const DATABASE_URL = process.env['DATABASE_URL'];
if (!ENGINE_URL) throw new Error('Set ENGINE_URL to Redis or Valkey, for example redis://127.0.0.1:6379.');
if (!DATABASE_URL)
  throw new Error('Set DATABASE_URL to PostgreSQL, for example postgres://user:password@127.0.0.1/service.');

const board = `test-${randomUUID()}`;
const asGameServer = { authorization: 'Bearer a-key-for-tests' };

describe('the leaderboard', { timeout: 30_000 }, () => {
  let app: INestApplication;

  beforeAll(async () => {
    const engine = EngineModule.forRoot({
      roles: { leaderboard: parseEngineUrl(ENGINE_URL) },
      deadlineMs: 2_000,
    });
    const leaderboard = LeaderboardModule.forRootAsync({
      inject: [Engines],
      useFactory: (engines: Engines) => ({
        engine: engines.redisFor('leaderboard'),
        keyPrefix: `test:${randomUUID()}`,
        gameServerKeys: ['a-key-for-tests'],
      }),
    });
    const database = DatabaseModule.forRoot({ url: DATABASE_URL });
    const module = await Test.createTestingModule({ imports: [engine, database, leaderboard] }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    // The tables are made after the start.
    const define = () =>
      request(app.getHttpServer())
        .put(`/api/leaderboards/${board}`)
        .set(asGameServer)
        .send({ max: 1_000 })
        .expect(200);
    await vi.waitFor(define, { timeout: 30_000 });
  }, 60_000);
  afterAll(() => app.close());

  const submit = (scores: object | object[]) =>
    request(app.getHttpServer()).post(`/api/leaderboards/${board}/scores`).set(asGameServer).send(scores);
  const score = (playerId: string, points: number) => ({
    submissionId: randomUUID(),
    playerId,
    score: points,
  });

  it('ranks players, best first', async () => {
    await submit([score('ada', 100), score('grace', 200)]).expect(200);
    const { body } = await request(app.getHttpServer()).get(`/api/leaderboards/${board}`).expect(200);
    expect(body.entries).toMatchObject([
      { rank: 1, playerId: 'grace', score: 200 },
      { rank: 2, playerId: 'ada', score: 100 },
    ]);
  });

  it('moves a score over the websocket', async () => {
    await submit([score('edith', 10), score('joan', 20)]).expect(200);
    const socket = io(`${await app.getUrl()}/leaderboard`, { transports: ['websocket'] });
    const changed: string[] = [];
    socket.on('changes', ({ entries }: LeaderboardChanges) =>
      changed.push(...entries.map(({ rank, playerId, score: points }) => `${rank} ${playerId} ${points}`)),
    );
    try {
      const watch = { board, window: 'all', top: 10 };
      const snapshot = (await socket.timeout(10_000).emitWithAck('watch', watch)) as WatchSnapshot;
      expect(snapshot.entries.map(({ playerId }) => playerId)).toContain('edith');
      await submit(score('edith', 999)).expect(200);
      await vi.waitFor(() => expect(changed).toContain('1 edith 999'), { timeout: 10_000 });
    } finally {
      socket.close();
    }
  });

  it('answers 422 and names the row of a wrong score', async () => {
    const { status, type, body } = await submit([score('ada', 1), score('grace', 0.5)]);
    expect([status, type, body.code]).toEqual([422, 'application/problem+json', 'E_INVALID']);
    expect(body.errors).toMatchObject([{ field: '1.score' }]);
  });

  it('answers 401 to a score without the key of a game server', async () => {
    const { status, type, body } = await submit(score('ada', 1)).unset('authorization');
    expect([status, type, body.code]).toEqual([401, 'application/problem+json', 'E_KEY_REQUIRED']);
  });

  it('answers 404 for an unknown board', async () => {
    const { status, body } = await request(app.getHttpServer()).get('/api/leaderboards/no-such-board');
    expect([status, body.code]).toEqual([404, 'E_BOARD_UNKNOWN']);
  });
});
