import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import type { BoardDefinition, Submission, SubmissionAnswer } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { rounds } from '../../../support/scope.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNode, type BoardNodes, startBoardNodes } from '../board-nodes.js';
import { compareWithOracle } from './oracle.js';

/** Random histories per kind of board; BOARD_HISTORIES=100 for a long run. */
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

/** Few players and few scores, so that there are ties. A repeat sends one of the earlier submissions. */
const row = fc.oneof(
  { weight: 4, arbitrary: fc.record({ player: fc.nat(11), score: fc.integer({ min: -3, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ repeatOf: fc.nat() }) },
);
const call = fc.record({ node: fc.nat(1), rows: fc.array(row, { minLength: 1, maxLength: 6 }) });
/** Repeats a batch that was answered in an earlier round. */
const retry = fc.record({ node: fc.nat(1), batch: fc.nat() });
/** Days of a board begin at midnight in UTC, or elsewhere at another hour. */
const calendar = fc.constantFrom(
  {},
  { timeZone: 'Europe/Berlin', resetHour: 4 },
  { timeZone: 'Pacific/Auckland', resetHour: 0 },
  { timeZone: 'America/New_York', resetHour: 18 },
);
const by = fc.integer({ min: -5, max: 5 }).filter((amount) => amount !== 0);
const adjustment = fc.record({ node: fc.nat(1), player: fc.nat(11), by });
/** With narrow bounds an adjustment brings windows with unequal totals to them, and some requests are rejected. */
const bounds = fc.constantFrom({ min: -1000, max: 1000 }, { min: -6, max: 6 });
/** Concurrent calls, adjustments and removals, then a quiet point, then the clock advances by `hours`. */
const history = fc.array(
  fc.record({
    calls: fc.array(call, { minLength: 1, maxLength: 8 }),
    retries: fc.array(retry, { maxLength: 3 }),
    forgotten: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(11), { minLength: 1, maxLength: 2 })),
    closesSeason: fc.boolean(),
    adjusted: fc.array(adjustment, { maxLength: 3 }),
    /** Removed from this board only. */
    removed: fc.array(fc.nat(11), { maxLength: 1 }),
    hours: fc.constantFrom(0, 0, 5, 24, 200),
  }),
  { minLength: 2, maxLength: 5 },
);

/** What the run consisted of. */
const counts = {
  histories: 0,
  submissions: 0,
  repeats: 0,
  'repeated batches': 0,
  removals: 0,
  'quiet points': 0,
  adjustments: 0,
  'out of bounds': 0,
  seasons: 0,
  'past periods': 0,
  comparisons: 0,
};

describe('a board written by two nodes', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
  });
  afterAll(async () => {
    const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
    console.log(`compared with SQL: ${counted.join(', ')}`);
    await boards.close();
    await engine.stop();
  });

  it.each(KINDS)(
    'equals what SQL computes from its submissions at every quiet point: $order, $operator, $ties',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(history, calendar, bounds, async (rounds, days, limits) => {
          const definition: BoardDefinition = { ...TOTALS, ...kind, ...days, ...limits };
          counts.histories++;
          const board = await boards.newBoard(definition);
          const made: Submission[] = [];
          const answers: SubmissionAnswer[] = [];
          const batches: { submissions: Submission[]; answers: SubmissionAnswer[] }[] = [];
          const seasons = new Map<string, number>();
          for (const [round, { calls, retries, forgotten, ...others }] of rounds.entries()) {
            const { closesSeason, adjusted, removed: left, hours } = others;
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
              const answers = await unlessOutOfBounds(leaderboard.submit(board, submissions));
              if (answers.length > 0) batches.push({ submissions, answers });
              return answers;
            });
            const retried = retries.flatMap(({ node, batch }) => {
              const earlier = answered[batch % answered.length];
              return earlier ? [retryBatch(boards.nodes[node] as BoardNode, board, earlier)] : [];
            });
            const removed = forgotten.map((player, i) =>
              (boards.nodes[i % 2] as BoardNode).leaderboard.removePlayer(`p${player}`),
            );
            removed.push(
              ...left.map((player) => boards.nodes[1].leaderboard.removeFromBoard(board, `p${player}`)),
            );
            const adjusting = adjusted.map((one) => adjust(boards.nodes[one.node] as BoardNode, board, one));
            const closing = closesSeason && closeSeason(boards, board, `season-${seasons.size}`);
            answers.push(...(await Promise.all([...submitted, ...retried])).flat());
            await Promise.all(removed);
            counts.adjustments += (await Promise.all(adjusting)).filter(Boolean).length;
            if (closing) seasons.set(`season-${seasons.size}`, await closing);
            counts.seasons += Number(closesSeason);
            counts['repeated batches'] += retried.length;
            counts.removals += removed.length;
            await boards.settled(board);
            counts['quiet points']++;
            const { comparisons, past } = await compareWithOracle(boards, board, {
              definition,
              seasons,
              withPast: round === rounds.length - 1,
            });
            counts.comparisons += comparisons;
            counts['past periods'] += past;
            await boards.clock.advance(hours * HOUR_MS);
          }
          const accepted = new Set(answers.map(({ submissionId }) => submissionId)).size;
          counts.submissions += accepted;
          counts.repeats += answers.length - accepted;
          expectOneEffectEach(answers);
        }),
        // Shrinking would take longer than the time limit, which would hide the failure.
        { numRuns: HISTORIES, endOnFailure: true },
      );
    },
    120_000,
  );
});

/** Nothing if a total would leave narrow bounds. */
async function unlessOutOfBounds<Answer>(answered: Promise<Answer[]>): Promise<Answer[]> {
  try {
    return await answered;
  } catch (error) {
    if ((error as { code?: string }).code !== 'E_SCORE_OUT_OF_BOUNDS') throw error;
    counts['out of bounds']++;
    return [];
  }
}

/** @returns whether the player had a score to adjust, and the total stayed within the bounds. */
async function adjust(
  { leaderboard }: BoardNode,
  board: string,
  { player, by }: { player: number; by: number },
): Promise<boolean> {
  const adjustment = { adjustmentId: randomUUID(), by, reason: 'a test' };
  try {
    const adjusted = leaderboard.adjust(board, `p${player}`, adjustment).then((answer) => [answer]);
    return (await unlessOutOfBounds(adjusted)).length > 0;
  } catch (error) {
    if ((error as { code?: string }).code !== 'E_PLAYER_NOT_RANKED') throw error;
    return false;
  }
}

/** @returns the version of the board at the end of the season. */
async function closeSeason(
  { nodes, databaseUrl }: BoardNodes,
  board: string,
  season: string,
): Promise<number> {
  await nodes[0].leaderboard.closeSeason(board, season);
  const sql = 'SELECT all_period FROM boards WHERE board = $1';
  const [row] = await queryDatabase<{ all_period: string }>(databaseUrl, sql, [board]);
  return Number(row?.all_period.replace('all:', ''));
}

/** Every row is answered as before. */
async function retryBatch(
  { leaderboard }: BoardNode,
  board: string,
  { submissions, answers }: { submissions: Submission[]; answers: SubmissionAnswer[] },
): Promise<SubmissionAnswer[]> {
  const again = await leaderboard.submit(board, submissions);
  // One without ranks was accepted as its season was closed. A repeat has the rank of that time.
  const comparable = again.map((answer, i) =>
    answers[i]?.rank === null ? { ...answer, rank: null, previousRank: null } : answer,
  );
  expect(comparable).toEqual(answers.map((answer) => ({ ...answer, applied: false })));
  return again;
}

/** A repeated submission is answered alike except for `applied`, at any time and on any node. */
function expectOneEffectEach(answers: SubmissionAnswer[]): void {
  const byId = new Map<string, SubmissionAnswer[]>();
  for (const answer of answers)
    byId.set(answer.submissionId, [...(byId.get(answer.submissionId) ?? []), answer]);
  for (const same of byId.values()) {
    expect(same.filter(({ applied }) => applied).length).toBeLessThanOrEqual(1);
    // One without ranks was accepted as its season was closed. Each repeat has the rank of its own time.
    if (same.some(({ rank }) => rank === null)) continue;
    const different = new Set(same.map((answer) => JSON.stringify({ ...answer, applied: null })));
    expect([...different].slice(1)).toEqual([]);
  }
}
