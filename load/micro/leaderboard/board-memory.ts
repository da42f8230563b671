import { randomUUID } from 'node:crypto';
import type { Metadata } from '../../../src/leaderboard/index.js';
import { formatCount } from '../../measuring/format.js';
import type { ServersScenario } from '../../scenario.js';
import { type BoardStand, playerId, startBoardStand, usedMemory } from './board-stand.js';

/** As in docs/capacity.md: hash tables double, so the bytes depend on the number. */
const PLAYERS = 50_000;
const PER_BATCH = 1_000;
const WINDOWS = ['all', 'daily', 'weekly', 'monthly'] as const;
/** docs/capacity.md has 113. */
const GOAL_BYTES = 115;
const BOARDS: Readonly<Record<string, Metadata | undefined>> = {
  'scores alone': undefined,
  'with 250 bytes of metadata': { replay: 'r'.repeat(237) },
};

/** What a player of a board costs in the engine. */
export const boardMemory: ServersScenario = {
  name: 'board-memory',
  question: 'How many bytes does a player use in the engine, per window?',
  needs: 'servers',
  uses: [],
  seconds: () => 5 + PLAYERS / 1_250,
  method: `Growth of the engine's memory by a board with ${WINDOWS.length} windows, divided by players and windows; ids of 9 bytes. Scores are submitted in batches of ${PER_BATCH}.`,
  async measure({ say }) {
    const stand = await startBoardStand();
    try {
      // The first scores also make connections, buffers and scripts.
      await growth(stand, { players: PER_BATCH, metadata: undefined });
      const measured: [string, number][] = [];
      for (const [name, metadata] of Object.entries(BOARDS)) {
        say(name);
        measured.push([
          name,
          (await growth(stand, { players: PLAYERS, metadata })) / PLAYERS / WINDOWS.length,
        ]);
      }
      const [[, alone], [, withMetadata]] = measured as [[string, number], [string, number]];
      return {
        servers: stand.servers,
        tables: [
          {
            title: `engine memory of ${formatCount(PLAYERS)} players`,
            rows: [
              ['board', '', 'bytes per player and window'],
              ...measured.map(([name, bytes]) => [name, '', bytes.toFixed(1)]),
            ],
          },
        ],
        figures: [
          { figure: 'bytes per player and window', value: alone, unit: 'bytes', atMost: GOAL_BYTES },
          { figure: 'with metadata / scores alone', value: withMetadata / alone, atMost: 1.05 },
        ],
      };
    } finally {
      await stand.close();
    }
  },
};

async function growth(
  stand: BoardStand,
  { players, metadata }: { players: number; metadata: Metadata | undefined },
): Promise<number> {
  const board = await stand.newBoard({ windows: [...WINDOWS] });
  const before = await usedMemory(stand);
  for (let from = 0; from < players; from += PER_BATCH) {
    const scores = Array.from({ length: PER_BATCH }, (_, i) => ({
      submissionId: randomUUID(),
      playerId: playerId(from + i),
      score: from + i,
      metadata,
    }));
    await stand.leaderboard.submit(board, scores);
  }
  return (await usedMemory(stand)) - before;
}
