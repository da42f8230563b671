import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import type { BoardDefinition, Submission, SubmissionAnswer } from '../../../../src/leaderboard/index.js';
import { installed } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { rounds } from '../../../support/scope.js';
import { until } from '../../../support/until.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';
import { askOracle } from './oracle.js';

/** Random histories per kind of board; BOARD_HISTORIES=100 for a long night. */
const HISTORIES = Number(process.env['BOARD_HISTORIES'] ?? rounds(3));
const WINDOWS = ['all', 'daily', 'weekly', 'monthly'] as const;
const HOUR_MS = 3_600_000;

const TOTALS: BoardDefinition = {
  order: 'desc',
  operator: 'sum',
  ties: 'first',
  windows: [...WINDOWS],
  min: -1000,
  max: 1000,
};

const KINDS = (['desc', 'asc'] as const).flatMap((order) =>
  (['best', 'sum', 'latest'] as const).flatMap((operator) =>
    (['first', 'shared'] as const).map((ties) => ({ order, operator, ties })),
  ),
);

/** Few players and few scores, so that there are ties; a repeat is one of the submissions before. */
const row = fc.oneof(
  { weight: 4, arbitrary: fc.record({ player: fc.nat(11), score: fc.integer({ min: -3, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ repeatOf: fc.nat() }) },
);
const call = fc.record({ node: fc.nat(1), rows: fc.array(row, { minLength: 1, maxLength: 6 }) });
/** A batch that was answered in an earlier round is sent again. */
const retry = fc.record({ node: fc.nat(1), batch: fc.nat() });
/** Calls and removals of players at once, then a quiet point, then so many hours later. */
const history = fc.array(
  fc.record({
    calls: fc.array(call, { minLength: 1, maxLength: 8 }),
    retries: fc.array(retry, { maxLength: 3 }),
    forgotten: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(11), { minLength: 1, maxLength: 2 })),
    hours: fc.constantFrom(0, 0, 5, 24, 200),
  }),
  { minLength: 2, maxLength: 5 },
);

/** What the run was made of. */
const counts = {
  histories: 0,
  submissions: 0,
  repeats: 0,
  'repeated batches': 0,
  removals: 0,
  'quiet points': 0,
  comparisons: 0,
};

describe('a board', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
    engine = await startEngine(kind);
    boards = await startBoardNodes(engine.url);
  });
  afterAll(async () => {
    const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    console.log(`compared with SQL: ${counted.join(', ')}`);
    await boards.close();
    await engine.stop();
  });

  it.each(KINDS)(
    'equals what SQL makes of its submissions at every quiet point: $order, $operator, $ties',
    async (kind) => {
      const definition: BoardDefinition = { ...TOTALS, ...kind };
      await fc.assert(
        fc.asyncProperty(history, async (rounds) => {
          counts.histories++;
          const board = await boards.newBoard(definition);
          const made: Submission[] = [];
          const answers: SubmissionAnswer[] = [];
          const batches: { submissions: Submission[]; answers: SubmissionAnswer[] }[] = [];
          for (const { calls, retries, forgotten, hours } of rounds) {
            const answered = [...batches];
            const submitted = calls.map(async ({ node, rows }) => {
              const submissions = rows.flatMap((row): Submission[] => {
                if ('repeatOf' in row)
                  return made.length > 0 ? [made[row.repeatOf % made.length] as Submission] : [];
                const submission = {
                  submissionId: randomUUID(),
                  playerId: `p${row.player}`,
                  score: row.score,
                };
                made.push(submission);
                return [submission];
              });
              const { leaderboard } = boards.nodes[node] as BoardNode;
              if (submissions.length === 0) return [];
              const batch = { submissions, answers: await leaderboard.submit(board, submissions) };
              batches.push(batch);
              return batch.answers;
            });
            const retried = retries.flatMap(({ node, batch }) => {
              const earlier = answered[batch % answered.length];
              return earlier ? [retryBatch(boards.nodes[node] as BoardNode, board, earlier)] : [];
            });
            const removed = forgotten.map((player, i) =>
              (boards.nodes[i % 2] as BoardNode).leaderboard.removePlayer(`p${player}`),
            );
            answers.push(...(await Promise.all([...submitted, ...retried])).flat());
            await Promise.all(removed);
            counts['repeated batches'] += retried.length;
            counts.removals += removed.length;
            await boards.settled(board);
            await compareWithOracle(board, definition);
            await boards.clock.advance(hours * HOUR_MS);
          }
          counts.submissions += made.length;
          counts.repeats += answers.length - made.length;
          expectOneEffectEach(answers);
        }),
        { numRuns: HISTORIES },
      );
    },
    120_000,
  );

  it('keeps players in their order when it has to be numbered anew', async () => {
    // Bounds that leave room for a million changes, of which nearly all are used up.
    const definition: BoardDefinition = {
      ...KINDS[0],
      windows: ['all'],
      min: 0,
      max: 9_007_000_000,
    } as BoardDefinition;
    const board = await boards.newBoard(definition);
    const submit = (playerId: string, score: number) =>
      boards.nodes[0].leaderboard.submit(board, [{ submissionId: randomUUID(), playerId, score }]);
    for (const [i, player] of ['a', 'b', 'c', 'd'].entries()) await submit(player, i % 2);
    await queryDatabase(boards.databaseUrl, 'UPDATE boards SET sequence = 999990 WHERE board = $1', [board]);
    for (let i = 0; i < 30; i++) await submit(`late-${i}`, i % 2);
    await boards.settled(board);
    await compareWithOracle(board, definition);
    const { leaderboard } = boards.nodes[1];
    expect((await leaderboard.page(board, { window: 'all', offset: 0, limit: 2 })).entries).toMatchObject([
      { playerId: 'b', score: 1 },
      { playerId: 'd', score: 1 },
    ]);
  });

  it('is numbered anew once in a while also with more equal players than numbers, of whom the last have the order of their ids', async () => {
    // A hundred numbers for each score, half of them for who is there when the board is numbered anew.
    const board = await boards.newBoard({ min: 0, max: Math.floor(2 ** 53 / 100) - 1 });
    const players = Array.from({ length: 240 }, (_, i) => `p${String(i).padStart(3, '0')}`);
    for (const playerId of players) {
      await boards.nodes[0].leaderboard.submit(board, [{ submissionId: playerId, playerId, score: 7 }]);
    }
    await boards.settled(board);
    const [row] = await queryDatabase<{ edition: string; base: string }>(
      boards.databaseUrl,
      'SELECT edition, base FROM boards WHERE board = $1',
      [board],
    );
    expect(Number(row?.edition)).toBe(Math.ceil((players.length - 99) / 49));
    const numbered = players.slice(0, Number(row?.base));
    const { entries } = await boards.whole(board);
    expect(entries.map(({ playerId }) => playerId)).toEqual([
      ...numbered.slice(0, 49),
      ...numbered.slice(49).toReversed(),
      ...players.slice(numbered.length),
    ]);
  });

  it('ends days by themselves: in the sorted sets, in the ledger, and without a change of version', async () => {
    const definition: BoardDefinition = { ...TOTALS, windows: ['all', 'daily'] };
    const board = await boards.newBoard(definition);
    const [{ leaderboard }] = boards.nodes;
    const today = boards.clock.now.toISOString().slice(0, 10);
    await leaderboard.submit(board, [{ submissionId: 'today', playerId: 'a', score: 1 }]);
    const expiry = await engine.command('EXPIRETIME', `${boards.prefix}:board:{${board}}:${today}`);
    expect(Number(expiry)).toBe(Date.parse(today) / 1000 + 2 * 86_400);

    await boards.clock.advance(24 * HOUR_MS);
    expect(await boards.whole(board, 'daily')).toMatchObject({ total: 0, version: 1, entries: [] });
    expect(await boards.whole(board, 'all')).toMatchObject({ total: 1, version: 1 });
    await leaderboard.submit(board, [{ submissionId: 'tomorrow', playerId: 'b', score: 1 }]);
    expect(await boards.whole(board, 'daily')).toMatchObject({ total: 1, entries: [{ playerId: 'b' }] });
    await until(async () => {
      const sql = 'SELECT FROM standings WHERE board = $1 AND period = $2';
      return (await queryDatabase(boards.databaseUrl, sql, [board, today])).length === 0;
    });
  });

  async function compareWithOracle(board: string, definition: BoardDefinition): Promise<void> {
    counts['quiet points']++;
    for (const window of definition.windows) {
      const expected = await askOracle(boards.databaseUrl, board, definition, {
        window,
        now: boards.clock.now,
      });
      for (const { leaderboard } of boards.nodes) {
        const page = await leaderboard.page(board, { window, offset: 0, limit: 1000 });
        expect(page.degraded).toBeUndefined();
        expect(page.total).toBe(expected.length);
        expect(page.entries.map(bare)).toEqual(expected);
        counts.comparisons += expected.length;
      }
      const { leaderboard } = boards.nodes[0];
      for (const [i, entry] of expected.entries()) {
        const { total, percentile, ...place } = await leaderboard.rankOf(board, window, entry.playerId);
        expect({ ...place, total }).toEqual({ rank: entry.rank, score: entry.score, total: expected.length });
        const atOrBelow = expected.filter(({ rank }) => rank >= entry.rank).length;
        counts.comparisons++;
        expect(percentile).toBeCloseTo((100 * atOrBelow) / expected.length);
        if (i % 4 > 0) continue;
        const around = await leaderboard.neighbours(board, entry.playerId, { window, radius: 2 });
        expect(around.entries.map(bare)).toEqual(expected.slice(Math.max(0, i - 2), i + 3));
      }
      const friends = expected.filter((_, i) => i % 3 === 0);
      const { entries } = await leaderboard.ranks(board, window, [
        ...friends.map(({ playerId }) => playerId),
        'nobody',
      ]);
      expect(entries.map(bare)).toEqual(friends);
    }
  }
});

/** Every row is answered as it was. */
async function retryBatch(
  { leaderboard }: BoardNode,
  board: string,
  { submissions, answers }: { submissions: Submission[]; answers: SubmissionAnswer[] },
): Promise<SubmissionAnswer[]> {
  const again = await leaderboard.submit(board, submissions);
  expect(again).toEqual(answers.map((answer) => ({ ...answer, applied: false })));
  return again;
}

function bare({ rank, playerId, score }: { rank: number | null; playerId: string; score: number }) {
  return { rank, playerId, score };
}

/** Whoever repeats a submission, at once or later and on whichever node, is answered alike but for `applied`. */
function expectOneEffectEach(answers: SubmissionAnswer[]): void {
  const byId = new Map<string, SubmissionAnswer[]>();
  for (const answer of answers)
    byId.set(answer.submissionId, [...(byId.get(answer.submissionId) ?? []), answer]);
  for (const same of byId.values()) {
    expect(same.filter(({ applied }) => applied).length).toBeLessThanOrEqual(1);
    expect(new Set(same.map((answer) => JSON.stringify({ ...answer, applied: null }))).size).toBe(1);
  }
}
