import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LeaderboardEntry } from '../../../../src/leaderboard/index.js';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { asGameServer, asOperator } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask, type Viewer, watch } from './viewer.js';

/** SNAPSHOT_HISTORIES=100 for a long run. */
const HISTORIES = Number(process.env['SNAPSHOT_HISTORIES'] ?? 4);
const TOP = 5;
const FOLLOWED = 'p0';

const node = fc.nat(1);
const player = fc.nat(7).map((n) => `p${n}`);
const score = fc.integer({ min: -3, max: 3 });
const write = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('score' as const), node, player, score }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('profile' as const), node, player, score }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removal' as const), node, player, score }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('correction' as const), node, player, score }) },
);
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;
/** The writes of a round are concurrent. A quiet point follows each round. */
const history = fc.record({
  ties: fc.constantFrom('first' as const, 'shared' as const),
  rounds: fc.array(fc.array(write, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 5 }),
});

const counts = { histories: 0, writes: 0, 'quiet points': 0, snapshots: 0, 'comparisons of viewers': 0 };

interface Page {
  version: number;
  entries: LeaderboardEntry[];
}

describe('viewers on two nodes', () => {
  let app: TestApp;
  let nodes: TestNode[];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp();
    nodes = [app, await app.startNode()];
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    console.log(`compared with GET: ${counted.join(', ')}`);
    await nodes[1]?.close();
    await app.close();
  });

  function connect({ url }: TestNode): Socket {
    const socket = io(`${url}/leaderboard`, { transports: ['websocket'], forceNew: true });
    sockets.push(socket);
    return socket;
  }

  const urlOf = (index: number) => (nodes[index] as TestNode).url;

  async function newBoard(definition: object): Promise<string> {
    const board = `board-${randomUUID()}`;
    await request(app.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(definition).expect(200);
    return board;
  }

  const submit = (board: string, playerId: string, { url, score: value }: { url: string; score: number }) =>
    request(url)
      .post(`/api/leaderboards/${board}/scores`)
      .set(asGameServer)
      .send({ submissionId: randomUUID(), playerId, score: value })
      .expect(({ status }) => expect([200, 202]).toContain(status));

  async function perform(board: string, { kind, node: index, player: playerId, score: value }: Write) {
    const at = request(urlOf(index));
    if (kind === 'score') {
      await submit(board, playerId, { url: urlOf(index), score: value });
    } else if (kind === 'profile') {
      const name = `Name ${value}`;
      await at.put(`/api/players/${playerId}`).set(asGameServer).send({ name }).expect(204);
    } else if (kind === 'removal') {
      await at.delete(`/api/players/${playerId}`).set(asGameServer).expect(204);
    } else {
      await correct(board, playerId, value);
      await at.post(`/api/leaderboards/${board}/rebuild`).set(asOperator).expect(202);
    }
  }

  const correct = (board: string, playerId: string, value: number) =>
    queryDatabase(
      app.databaseUrl,
      `UPDATE standings SET merit = $3 WHERE board = $1 AND player_id = $2 AND period = 'all'`,
      [board, playerId, value],
    );

  const pageOf = async (board: string, url: string): Promise<Page> =>
    (await request(url).get(`/api/leaderboards/${board}?limit=100`).expect(200)).body;

  /** Waits until both nodes answer what the ledger has. */
  async function quietPage(board: string): Promise<Page> {
    let page: Page | undefined;
    await until(async () => {
      const standings = await queryDatabase<{ player_id: string; merit: string; version: string }>(
        app.databaseUrl,
        `SELECT player_id, merit, boards.sequence AS version FROM boards LEFT JOIN standings USING (board)
         WHERE board = $1 ORDER BY merit DESC, standings.sequence`,
        [board],
      );
      const ledger = standings.flatMap(({ player_id, merit }) =>
        player_id ? [[player_id, Number(merit)]] : [],
      );
      const pages = await Promise.all(nodes.map(({ url }) => pageOf(board, url)));
      page = pages[0];
      return pages.every(
        ({ version, entries }) =>
          version === Number(standings[0]?.version) &&
          JSON.stringify(entries.map((entry) => [entry.playerId, entry.score])) === JSON.stringify(ledger),
      );
    });
    const { version, entries } = page as Page;
    return { version, entries: entries.slice(0, TOP) };
  }

  async function ownPlaceOf(board: string): Promise<LeaderboardEntry[]> {
    const path = `/api/leaderboards/${board}/players/${FOLLOWED}/neighbours?radius=2`;
    const { status, body } = await request(app.url).get(path);
    expect([200, 404]).toContain(status);
    return status === 200 ? body.entries : [];
  }

  async function watchEverywhere(board: string): Promise<Viewer[]> {
    const viewers = nodes.flatMap((each) =>
      [undefined, FOLLOWED].map((playerId) => watch(connect(each), { board, top: TOP, playerId })),
    );
    return Promise.all(viewers);
  }

  /** New viewers, and viewers that emit `resync`, receive what GET answers. */
  async function compareSnapshots(board: string, page: Page, watching: Socket[]): Promise<void> {
    const asked = { board, window: 'all', top: TOP, playerId: FOLLOWED };
    const snapshots = await Promise.all([
      ...nodes.map((each) => ask(connect(each), 'watch', asked)),
      ...watching.map((socket) => ask(socket, 'resync', asked)),
    ]);
    const neighbours = await ownPlaceOf(board);
    for (const snapshot of snapshots) {
      expect(snapshot).toMatchObject({ version: page.version, entries: page.entries });
      expect(snapshot.me?.neighbours ?? []).toEqual(neighbours);
      counts.snapshots++;
    }
  }

  async function compareViewers(board: string, page: Page, viewers: Viewer[]): Promise<void> {
    const neighbours = await ownPlaceOf(board);
    for (const viewer of viewers) {
      const held = () => [
        viewer.version,
        viewer.entries,
        viewer.follows ? (viewer.me?.neighbours ?? []) : [],
      ];
      const answered = [page.version, page.entries, viewer.follows ? neighbours : []];
      await until(() => JSON.stringify(held()) === JSON.stringify(answered)).catch(() => undefined);
      expect(held()).toEqual(answered);
      counts['comparisons of viewers']++;
    }
  }

  it('equal what GET answers at every quiet point, names included', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ ties, rounds }) => {
        const board = await newBoard({ operator: 'latest', ties, min: -3, max: 3 });
        await perform(board, { kind: 'score', node: 0, player: FOLLOWED, score: 0 });
        const viewers = await watchEverywhere(board);
        const watching = nodes.map(connect);
        await Promise.all(watching.map((socket) => watch(socket, { board, top: TOP })));
        for (const writes of rounds) {
          await Promise.all(writes.map((each) => perform(board, each)));
          const page = await quietPage(board);
          await compareSnapshots(board, page, watching);
          await compareViewers(board, page, viewers);
          counts.writes += writes.length;
          counts['quiet points']++;
        }
        for (const viewer of viewers) expect([viewer.gaps, viewer.wentBack]).toEqual([0, 0]);
        counts.histories++;
        for (const socket of sockets.splice(0)) socket.disconnect();
      }),
      { numRuns: HISTORIES, endOnFailure: true },
    );
  }, 120_000);
});
