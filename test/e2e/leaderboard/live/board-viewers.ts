import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { LeaderboardEntry } from '../../../../src/leaderboard/index.js';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { asGameServer } from '../../../support/settings.js';
import { until } from '../../../support/until.js';

interface Page {
  version: number;
  degraded?: true;
  entries: LeaderboardEntry[];
}

/** Starts the application on two nodes before the tests of a file. Sockets that a test opened are closed after it. */
export function useBoardViewers() {
  let app: TestApp;
  let other: TestNode;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp();
    other = await app.startNode();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const pageOf = async (board: string, limit: number, window = 'all'): Promise<Page> => {
    const path = `/api/leaderboards/${board}?limit=${limit}&window=${window}`;
    return (await request(app.url).get(path).expect(200)).body as Page;
  };
  return {
    get app() {
      return app;
    },
    get other() {
      return other;
    },
    connect: (url = app.url, headers: Record<string, string> = {}): Socket => {
      const socket = io(`${url}/leaderboard`, {
        transports: ['websocket'],
        forceNew: true,
        reconnectionDelay: 20,
        reconnectionDelayMax: 100,
        extraHeaders: headers,
      });
      sockets.push(socket);
      return socket;
    },
    newBoard: async (definition: object = {}): Promise<string> => {
      const board = `board-${randomUUID()}`;
      await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(definition).expect(200);
      return board;
    },
    submit: (board: string, scores: Record<string, number> | [playerId: string, score: number][]) =>
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
        .expect(({ status }) => expect([200, 202]).toContain(status)),
    /** The first entries once the engine has all that the ledger accepted. Viewers receive nothing new after that. */
    quietPage: async (board: string, limit: number, window = 'all'): Promise<Page> => {
      const [ledger] = await queryDatabase<{ version: number }>(
        app.databaseUrl,
        'SELECT sequence::float8 AS version FROM boards WHERE board = $1',
        [board],
      );
      let page: Page | undefined;
      await until(async () => {
        page = await pageOf(board, limit, window);
        return !page.degraded && page.version === ledger?.version;
      });
      return page as Page;
    },
  };
}
