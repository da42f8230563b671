import { randomUUID } from 'node:crypto';
import { compareInTurn, sideOf, textbookPath } from '../comparison.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { formatCount } from '../measuring/format.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Side } from '../measuring/sides.js';
import type { Comparison, Scene } from '../scenario.js';
import { HIGHEST, nameOf, type RankBoard } from './rank-boards.js';

const READ = 200;
const CHECKED = 2;

/** The side that ranks all players by SQL to answer the rank of one. */
const RANK_OVER = 'rank() over';

/** The scenes with the application, and with the app that answers by SQL. */
export interface Scenes {
  readonly module: Scene;
  readonly direct: Scene;
}

/** The same questions about one board to each side. */
export async function compareBoard(scenes: Scenes, rankBoard: RankBoard): Promise<Comparison[]> {
  const { players, board } = rankBoard;
  const random = seededRandom(2);
  const someone = () => nameOf(Math.floor(random() * players));
  const paths = Array.from({ length: READ }, () => `${board.path}/players/${someone()}`);
  await checkRanks(scenes, paths.slice(0, CHECKED));
  const ask = (title: string, requests: readonly LoadRequest[], ...more: Side[]) =>
    compareInTurn(scenes.module, `${title} of ${formatCount(players)} players`, [
      ...sidesOf(scenes, requests),
      ...more,
    ]);
  return [
    await ask('rank of one', paths.map(getOf), rankOverSide(scenes.direct, paths)),
    // The textbook has no other radius, and ignores it.
    await ask(
      'the 11 around one',
      paths.map((path) => getOf(`${path}/neighbours?radius=5`)),
    ),
    await ask('top 10', [getOf(`${board.path}?limit=10`)]),
    await ask('a new score of one', [submissionOf(rankBoard, someone, random)]),
  ];
}

function getOf(path: string): LoadRequest {
  return { path };
}

/** Each side ignores the fields that it does not need. */
function submissionOf(
  { board, players }: RankBoard,
  someone: () => string,
  random: () => number,
): LoadRequest {
  const newBody = () => ({
    submissionId: randomUUID(),
    playerId: someone(),
    score: Math.floor(random() * HIGHEST * players),
  });
  return {
    method: 'POST',
    path: `${board.path}/scores`,
    headers: board.headers,
    body: () => JSON.stringify(newBody()),
  };
}

function sidesOf({ module, direct }: Scenes, requests: readonly LoadRequest[]): Side[] {
  const toTextbook = requests.map((request) => ({ ...request, path: textbookPath(request.path) }));
  return [
    sideOf(module, 'module', requests, noCounts),
    sideOf(module, 'textbook', toTextbook, noCounts),
    sideOf(direct, 'direct', requests, noCounts),
  ];
}

function rankOverSide(direct: Scene, paths: readonly string[]): Side {
  return sideOf(direct, RANK_OVER, paths.map(rankOverPath).map(getOf), noCounts);
}

function rankOverPath(path: string): string {
  return `${path}/rank-over`;
}

function noCounts(): Promise<Record<string, number>> {
  return Promise.resolve({});
}

/** Otherwise the sides would answer from different boards. */
async function checkRanks({ module, direct }: Scenes, paths: readonly string[]): Promise<void> {
  const rankAt = async ({ app }: Scene, path: string) => (await app.get<{ rank: number }>(path)).rank;
  for (const path of paths) {
    const rank = await rankAt(module, path);
    const others = [
      await rankAt(module, textbookPath(path)),
      await rankAt(direct, path),
      await rankAt(direct, rankOverPath(path)),
    ];
    if (others.some((other) => other !== rank))
      throw new Error(
        `${path}: the module answers rank ${rank}, the others ${others.join(', ')}, so the figures would be invalid.`,
      );
  }
}
