import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asGameServer } from '../../support/settings.js';

type Row = [rank: number, playerId: string, score: number];

/** Starts the application before the tests of a file, and stops it after them. Its methods are requests to it. */
export function useBoardApp() {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (path: string) => request(app.url).get(`/api/leaderboards${path}`);
  const define = (board: string, definition: object) =>
    request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(definition);
  return {
    get app() {
      return app;
    },
    get,
    define,
    submit: (board: string, body: object, url = app.url) =>
      request(url).post(`/api/leaderboards/${board}/scores`).set(asGameServer).send(body),
    saveName: (playerId: string, name: string) =>
      request(app.url).put(`/api/players/${playerId}`).set(asGameServer).send({ name }),
    removePlayer: (playerId: string) =>
      request(app.url).delete(`/api/players/${playerId}`).set(asGameServer).expect(204),
    newBoard: async (definition: object = {}): Promise<string> => {
      const board = `board-${randomUUID()}`;
      await define(board, definition).expect(200);
      return board;
    },
    rowsOf: async (board: string): Promise<Row[]> => {
      const { body } = await get(`/${board}`).expect(200);
      return (body.entries as { rank: number; playerId: string; score: number }[]).map(
        ({ rank, playerId, score }) => [rank, playerId, score],
      );
    },
  };
}

export function score(playerId: string, points: number, submissionId: string = randomUUID()) {
  return { submissionId, playerId, score: points };
}
