import { randomUUID } from 'node:crypto';
import { signIn } from '../app/sign-in.js';
import { BoardApp } from '../leaderboard/board-app.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { countFlights, drawFlightQueries } from '../query-cache/flight-queries.js';
import type { Scene } from '../scenario.js';

/** Requests that cost alike. */
export interface Kind {
  readonly name: string;
  readonly requests: readonly LoadRequest[];
}

const PLAYERS = 10_000;
const PER_BATCH = 50;
const READ = 200;
/** Flights that are loaded again with each request. */
const RELOADED = 50;
/** The fast lane answers from the third request on. */
const WARM_UPS = 3;
const SESSION = '/api/sessions/current';
const JSON_BODY = { 'content-type': 'application/json' };

/** Signs in, fills a board, and returns what each module is mostly asked. */
export async function openRequests(scene: Scene): Promise<Kind[]> {
  const { app } = scene;
  const get = (name: string, paths: readonly string[], headers: Record<string, string> = {}): Kind => ({
    name,
    requests: paths.map((path) => ({ path, headers: { ...app.headers, ...headers } })),
  });
  const queries = await drawFlightQueries(app, await countFlights(app));
  const pathsOf = (title: string) => queries.find((query) => query.title === title)?.paths ?? [];
  const flights = pathsOf('one flight by primary key');
  const [reloaded, read] = [flights.slice(0, RELOADED), flights.slice(RELOADED)];
  const routes = pathsOf('top routes of one airport');
  await warmUp(scene, [...read, ...routes]);
  const cookie = await signIn(app);
  const board = await filledBoard(scene);
  return [
    get('constant', ['/health/live']),
    get('hit on the fast lane', read),
    get('hit the normal way', routes),
    get('miss of a row by primary key', reloaded, { 'cache-control': 'no-cache' }),
    get('read of a session', [SESSION], { cookie }),
    { name: 'update of a session', requests: [updateOf({ ...app.headers, cookie })] },
    get(
      'rank of a player',
      Array.from({ length: READ }, () => `${board.path}/players/${randomPlayer()}`),
    ),
    get('top 10', [`${board.path}?limit=10`]),
    { name: `${PER_BATCH} scores in one request`, requests: [scoresOf(board)] },
  ];
}

async function warmUp({ app }: Scene, paths: readonly string[]): Promise<void> {
  for (let i = 0; i < WARM_UPS; i++) for (const path of new Set(paths)) await app.get(path);
}

function updateOf(headers: Record<string, string>): LoadRequest {
  let value = 0;
  return {
    method: 'PATCH',
    path: `${SESSION}/data`,
    headers: { ...headers, ...JSON_BODY },
    body: () => JSON.stringify({ value: value++ }),
  };
}

async function filledBoard(scene: Scene): Promise<BoardApp> {
  const board = new BoardApp(scene);
  await board.define({});
  const scores = Array.from({ length: PLAYERS }, (_, i) => ({ playerId: `p${i}`, score: i }));
  for (let i = 0; i < PLAYERS; i += 1_000) await board.submit(scores.slice(i, i + 1_000));
  return board;
}

function scoresOf(board: BoardApp): LoadRequest {
  const score = () => ({
    submissionId: randomUUID(),
    playerId: randomPlayer(),
    score: Math.floor(Math.random() * 1_000_000),
  });
  return {
    method: 'POST',
    path: `${board.path}/scores`,
    headers: board.headers,
    body: () => JSON.stringify(Array.from({ length: PER_BATCH }, score)),
  };
}

function randomPlayer(): string {
  return `p${Math.floor(Math.random() * PLAYERS)}`;
}
