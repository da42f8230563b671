import { AppClient } from '../app/app-client.js';
import { withEngine } from '../app/engine-client.js';
import { startOwnPostgres } from '../app/own-postgres.js';
import { startStack } from '../app/stack.js';
import { formatCount } from '../measuring/format.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Scene, Setting } from '../scenario.js';
import { BoardApp, type Score } from './board-app.js';
import { startRankApp } from './rank-app.js';
import { RankTable } from './rank-table.js';

const PER_BATCH = 1_000;
/** Requests at a time. */
const AT_ONCE = 4;
/** Of the sorted sets of src/textbook. */
const TEXTBOOK_KEYS = 'caching:textbook:board:';
/** No flights are read. */
const ROWS = '1000';

/** The highest score of a board, as a multiple of its players. New scores are up to that. */
export const HIGHEST = 2;

/** A board that every side has. */
export interface RankBoard {
  readonly board: BoardApp;
  readonly players: number;
}

export interface RankBoards {
  readonly boards: readonly RankBoard[];
  /** With the application. */
  readonly scene: Scene;
  /** Where SQL answers. */
  readonly directUrl: string;
  readonly close: () => Promise<void>;
}

/**
 * Fills a board of each size for each side. On a stack of its own: there is no route that removes a board, and a later start would load
 * a million players again.
 */
export async function openBoards(setting: Setting, sizes: readonly number[]): Promise<RankBoards> {
  const { signal, say } = setting;
  const toClose: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const next of toClose.toReversed()) await next();
  };
  try {
    const postgres = await startOwnPostgres();
    toClose.push(() => postgres.stop());
    const own = { DATABASE_URL: postgres.url, DATASET_ROWS: ROWS, ENGINE_URL: '', CACHE_ENGINE_URL: '' };
    const stack = await startStack(signal, say, own);
    toClose.push(() => stack.stop());
    const app = new AppClient(stack.url, process.env['OPERATOR_KEY'], signal);
    const scene = { ...setting, app, engineUrl: stack.engineUrl };
    const scores = new Map<string, readonly Score[]>();
    const boards: RankBoard[] = [];
    for (const players of sizes) {
      say(`${formatCount(players)} scores for the module and the textbook`);
      const board = new BoardApp(scene);
      const all = scoresOf(players);
      await fillModule(board, all);
      await fillTextbook(scene, board, all);
      boards.push({ board, players });
      scores.set(board.board, all);
    }
    say('the same scores for SQL');
    await createTable(postgres.url, scores);
    const direct = await startRankApp({ databaseUrl: postgres.url });
    toClose.push(() => direct.stop());
    return { boards, scene, directUrl: direct.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createTable(url: string, scores: ReadonlyMap<string, readonly Score[]>): Promise<void> {
  const table = new RankTable(url);
  try {
    await table.create(scores);
  } finally {
    await table.close();
  }
}

/** Distinct, in random order: of equal scores the sides rank different players first. */
export function scoresOf(players: number): Score[] {
  const random = seededRandom(1);
  return Array.from({ length: players }, (_, i) => ({ at: random(), playerId: nameOf(i) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ playerId }, score) => ({ playerId, score }));
}

export function nameOf(player: number): string {
  return `p${player}`;
}

async function fillModule(board: BoardApp, scores: readonly Score[]): Promise<void> {
  await board.define({ max: HIGHEST * scores.length });
  const left = batchesOf(scores).values();
  const submitRest = async () => {
    for (const batch of left) await board.submit(batch);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, submitRest));
}

/** Straight into the engine: its route accepts one score per request. */
function fillTextbook({ engineUrl }: Scene, { board }: BoardApp, scores: readonly Score[]): Promise<void> {
  if (engineUrl === null) throw new Error('The engine of the stack is not known.');
  return withEngine(engineUrl, async (client) => {
    for (const batch of batchesOf(scores)) {
      const members = batch.map(({ playerId, score }) => ({ value: playerId, score }));
      await client.zAdd(TEXTBOOK_KEYS + board, members);
    }
  });
}

function batchesOf(scores: readonly Score[]): Score[][] {
  const batches: Score[][] = [];
  for (let i = 0; i < scores.length; i += PER_BATCH) batches.push(scores.slice(i, i + PER_BATCH));
  return batches;
}
