import { compareInTurn, describeCost, sideOf, textbookPath } from '../comparison.js';
import { formatCount } from '../measuring/format.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Comparison, Scenario, Scene } from '../scenario.js';
import type { LoadOptions } from '../options.js';
import { BoardApp, type Score } from './board-app.js';

const PER_BATCH = 1_000;
/** Scores that are sent at a time to the textbook side, which accepts one per request. */
const AT_ONCE = 8;
const READ = 200;

/** Ranks and the first page of a large board: a sorted set read as every tutorial shows, compared with the leaderboard module. */
export const ranks: Scenario = {
  name: 'ranks',
  question: 'What does a rank cost?',
  seconds: (options) => 2 * 2 * (options.rounds + 1) * (options.seconds + 0.5) + playersOf(options) / 1_500,
  async measure(scene) {
    const players = playersOf(scene.options);
    const board = new BoardApp(scene);
    await board.define({});
    await fill(scene, board, scoresOf(players));
    const path = `/api/leaderboards/${board.board}`;
    const random = seededRandom(2);
    const rankPaths = Array.from(
      { length: READ },
      () => `${path}/players/${nameOf(Math.floor(random() * players))}`,
    );
    await checkRanks(scene, rankPaths);
    const comparisons = [
      await compare(scene, `rank of one of ${formatCount(players)} players`, rankPaths),
      await compare(scene, `top 10 of ${formatCount(players)} players`, [`${path}?limit=10`]),
    ];
    return {
      answers: comparisons.map(describeCost),
      comparisons,
      caveats: [
        'The textbook side keeps scores in the engine only. The module also stores each in PostgreSQL.',
        'SQL ranks (count(*)) have no route. The benchmark board-sql measures them: npm run bench -- board-sql.',
        'Each run leaves its boards in the ledger and in the engine. After many runs, delete .data/1.',
      ],
    };
  },
};

function playersOf({ quick }: LoadOptions): number {
  return quick ? 10_000 : 100_000;
}

/** Distinct, in random order: of equal scores the sides rank different players first. */
export function scoresOf(players: number): Score[] {
  const random = seededRandom(1);
  return Array.from({ length: players }, (_, i) => ({ at: random(), playerId: nameOf(i) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ playerId }, score) => ({ playerId, score }));
}

function nameOf(player: number): string {
  return `p${player}`;
}

async function fill({ app, say, signal }: Scene, board: BoardApp, scores: readonly Score[]): Promise<void> {
  say(`${formatCount(scores.length)} scores for the module`);
  for (let i = 0; i < scores.length; i += PER_BATCH) await board.submit(scores.slice(i, i + PER_BATCH));
  say(`${formatCount(scores.length)} scores for the textbook, one by one`);
  const left = scores.values();
  const sendRest = async () => {
    for (const score of left) {
      signal.throwIfAborted();
      const answer = await app.post(`/textbook/leaderboards/${board.board}/scores`, score);
      // fetch reuses a connection only after the whole answer was read.
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendRest));
}

/** Otherwise the sides would answer from different boards. */
async function checkRanks({ app }: Scene, paths: readonly string[]): Promise<void> {
  for (const path of paths.slice(0, 10)) {
    const module = await app.get<{ rank: number }>(path);
    const textbook = await app.get<{ rank: number }>(textbookPath(path));
    if (module.rank !== textbook.rank)
      throw new Error(
        `${path}: the module answers rank ${module.rank} and the textbook ${textbook.rank}, so the figures would be invalid.`,
      );
  }
}

function compare(scene: Scene, title: string, paths: readonly string[]): Promise<Comparison> {
  const side = (name: string, pathOf: (path: string) => string) => {
    const requests = paths.map((path) => ({ path: pathOf(path), headers: scene.app.headers }));
    return sideOf(scene, name, requests, async () => ({ appCpuMs: await scene.app.processorMs() }));
  };
  return compareInTurn(scene, title, [side('module', (path) => path), side('textbook', textbookPath)]);
}
