import { startOwnPostgres } from '../app/own-postgres.js';
import { withEngine } from '../app/engine-client.js';
import { formatCount } from '../measuring/format.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Scene } from '../scenario.js';
import { BoardApp, type Score } from './board-app.js';
import { startRankApp } from './rank-app.js';
import { RankTable } from './rank-table.js';

const PER_BATCH = 1_000;
/** Requests at a time. */
const AT_ONCE = 8;
/** Of the sorted sets of src/textbook. */
const TEXTBOOK_KEYS = 'caching:textbook:board:';
/** One score per request takes longer than it is worth for more. */
const MOST_BY_HTTP = 100_000;

/** A board that every side has. */
export interface RankBoard {
  readonly board: BoardApp;
  readonly players: number;
  readonly hasTextbook: boolean;
}

export interface RankBoards {
  readonly boards: readonly RankBoard[];
  /** Where SQL answers. */
  readonly directUrl: string;
  readonly close: () => Promise<void>;
}

/** Fills a board of each size for each side. */
export async function openBoards(scene: Scene, sizes: readonly number[]): Promise<RankBoards> {
  const boards: RankBoard[] = [];
  const scores = new Map<string, readonly Score[]>();
  for (const players of sizes) {
    const board = new BoardApp(scene);
    const all = scoresOf(players);
    scene.say(`${formatCount(players)} scores for the module and the textbook`);
    await board.define({});
    await fillModule(board, all);
    boards.push({ board, players, hasTextbook: await fillTextbook(scene, board, all) });
    scores.set(board.board, all);
  }
  scene.say('the same scores for SQL');
  const postgres = await startOwnPostgres();
  try {
    const table = new RankTable(postgres.url);
    await table.create(scores);
    await table.close();
    const app = await startRankApp({ databaseUrl: postgres.url });
    const close = async () => {
      await app.stop();
      await postgres.stop();
    };
    return { boards, directUrl: app.url, close };
  } catch (error) {
    await postgres.stop();
    throw error;
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

function fillModule(board: BoardApp, scores: readonly Score[]): Promise<void> {
  return eachAtOnce(batchesOf(scores), (batch) => board.submit(batch));
}

/** Straight into the engine if it is known, otherwise one score per request. @returns false if that would take too long. */
async function fillTextbook(
  { engineUrl }: Scene,
  board: BoardApp,
  scores: readonly Score[],
): Promise<boolean> {
  if (engineUrl === null) {
    if (scores.length > MOST_BY_HTTP) return false;
    await eachAtOnce(scores, (score) => board.submitToTextbook(score));
    return true;
  }
  await withEngine(engineUrl, async (client) => {
    for (const batch of batchesOf(scores)) {
      const members = batch.map(({ playerId, score }) => ({ value: playerId, score }));
      await client.zAdd(TEXTBOOK_KEYS + board.board, members);
    }
  });
  return true;
}

function batchesOf(scores: readonly Score[]): Score[][] {
  const batches: Score[][] = [];
  for (let i = 0; i < scores.length; i += PER_BATCH) batches.push(scores.slice(i, i + PER_BATCH));
  return batches;
}

async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const workThroughRest = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workThroughRest));
}
