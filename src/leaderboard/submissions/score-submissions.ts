import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { busyBoard, LeaderboardError } from '../leaderboard.errors.js';
import { LeaderboardProjection } from '../sync/board-sync.js';
import type { Submission } from '../api/leaderboard.schemas.js';
import { LeaderboardStore } from '../sorted-sets/sorted-sets.store.js';
import type { AcceptedSubmission, Batch } from '../ledger/accept-batch.js';
import type { Board } from '../ledger/board.js';
import { type Answer, LedgerAnswers } from '../ledger/recorded-answers.js';
import { ignoreEngineError } from '../../engine/index.js';

/** The answer to one submission; ranks are null while the engine cannot tell them. */
export interface SubmissionAnswer extends Answer {
  submissionId: string;
  playerId: string;
  /** false where the submission was seen before or does not improve. */
  applied: boolean;
}

/** A board's batches are taken one at a time; this many boards at once leave connections to everybody else. */
const BOARDS_AT_ONCE = 4;
const LARGEST_BATCH = 1_000;
/** Submissions to one board that may wait here, some seconds' worth: who comes with more is told to come back, and not kept for minutes. */
const MOST_WAITING = 20_000;
/** A repeat on another node waits so long for the answer to the first. */
const ANSWER_WITHIN_MS = 2_000;
/** And asks again after this, then twice as long each time: who comes with many repeats must not keep others from the database. */
const FIRST_ASK_AGAIN_MS = 20;

interface Caller {
  submissions: readonly Submission[];
  resolve: (answers: SubmissionAnswer[]) => void;
  reject: (error: unknown) => void;
}

/** What is on its way to one board. */
interface Lane {
  waiting: Caller[];
  /** Submissions of those who wait. */
  rows: number;
  isTaking: boolean;
  /** Resolves when the batches so far are in the sorted sets and answered. */
  shown: Promise<void>;
}

/**
 * Group commit without lingering: while one batch of a board is being committed, the next gathers; while one is being committed, the
 * one before is shown in the sorted sets.
 */
@Injectable()
export class LeaderboardSubmissions {
  private readonly lanes = new Map<string, Lane>();
  private readonly connections = bulkhead(BOARDS_AT_ONCE, Infinity);

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly answers: LedgerAnswers,
    private readonly store: LeaderboardStore,
    private readonly projection: LeaderboardProjection,
  ) {}

  /**
   * Takes submissions as a whole or not at all; when this resolves they are durable.
   *
   * @throws {LeaderboardError} E_BOARD_BUSY, and nothing was taken
   */
  async submit(board: string, submissions: readonly Submission[]): Promise<SubmissionAnswer[]> {
    const lane = this.lanes.get(board) ?? { waiting: [], rows: 0, isTaking: false, shown: Promise.resolve() };
    if (lane.rows + submissions.length > MOST_WAITING) throw busyBoard(board);
    this.lanes.set(board, lane);
    lane.rows += submissions.length;
    // The caller may change its list while it waits.
    const copies = submissions.map((submission) => ({ ...submission }));
    return new Promise((resolve, reject) => {
      lane.waiting.push({ submissions: copies, resolve, reject });
      if (!lane.isTaking) void this.take(board, lane);
    });
  }

  private async take(board: string, lane: Lane): Promise<void> {
    lane.isTaking = true;
    while (lane.waiting.length > 0) {
      const callers = nextBatch(lane.waiting);
      lane.rows -= callers.reduce((sum, { submissions }) => sum + submissions.length, 0);
      try {
        const batch = await this.connections.execute(() =>
          this.ledger.accept(
            board,
            callers.map(({ submissions }) => submissions),
          ),
        );
        await lane.shown;
        lane.shown = this.show(batch, callers);
      } catch (error) {
        for (const { reject } of callers) reject(error);
      }
    }
    lane.isTaking = false;
    const { shown } = lane;
    await shown;
    // Unless it was taken up again meanwhile.
    if (!lane.isTaking && lane.shown === shown) this.lanes.delete(board);
  }

  /** Never rejects: what fails is told to the callers. */
  private async show(batch: Batch, callers: readonly Caller[]): Promise<void> {
    try {
      const answers = await this.answerFresh(batch);
      for (const [i, caller] of callers.entries()) {
        const taken = batch.callers[i] ?? [];
        if (taken instanceof LeaderboardError) caller.reject(taken);
        // Repeats may have to wait for another node; the next batch need not.
        else this.answer(batch, taken, answers).then(caller.resolve, caller.reject);
      }
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
  }

  private async answerFresh(batch: Batch): Promise<Answer[]> {
    const { id, board, fresh, scores } = batch;
    if (fresh.length === 0) return [];
    const players = [...new Set(fresh.map(({ playerId }) => playerId))];
    const ranks = await this.projection.show(batch, players);
    const answers = fresh.map(({ playerId }) => ({
      score: scores.get(playerId) ?? 0,
      rank: ranks?.get(playerId)?.rank ?? null,
      previousRank: ranks?.get(playerId)?.previousRank ?? null,
    }));
    await this.answers.keep(board.board, id, answers);
    return answers;
  }

  private async answer(
    batch: Batch,
    taken: readonly AcceptedSubmission[],
    fresh: readonly Answer[],
  ): Promise<SubmissionAnswer[]> {
    const earlier = taken.filter((submission) => submission.batch !== batch.id);
    const kept =
      earlier.length > 0 ? await this.keptAnswers(batch, earlier) : new Map<AcceptedSubmission, Answer>();
    const unranked = { score: 0, rank: null, previousRank: null };
    return taken.map((submission) => {
      const { submissionId, playerId, applied, row } = submission;
      return { submissionId, playerId, ...(kept.get(submission) ?? fresh[row] ?? unranked), applied };
    });
  }

  /** What the first of each was answered; where that could not tell ranks, or its node died first, the ranks of now. */
  private async keptAnswers({ board, scores }: Batch, repeats: AcceptedSubmission[]) {
    const answers = await this.waitForAnswers(board, repeats);
    const unranked = repeats.filter((_, i) => !answers[i] || answers[i].rank === null);
    const players = unranked.map(({ playerId }) => playerId);
    const now =
      players.length > 0
        ? await this.store.places(board, 'all', players).catch(ignoreEngineError)
        : undefined;
    const rankOf = new Map(now?.places.map(({ playerId, rank }) => [playerId, rank]));
    return new Map(
      repeats.map((repeat, i): [AcceptedSubmission, Answer] => {
        const kept = answers[i];
        if (kept && kept.rank !== null) return [repeat, kept];
        const rank = rankOf.get(repeat.playerId) ?? null;
        return [repeat, { score: kept?.score ?? scores.get(repeat.playerId) ?? 0, rank, previousRank: rank }];
      }),
    );
  }

  private async waitForAnswers({ board }: Board, repeats: AcceptedSubmission[]): Promise<(Answer | null)[]> {
    const asked = performance.now();
    for (let pause = FIRST_ASK_AGAIN_MS; ; pause *= 2) {
      const answers = await this.answers.find(board, repeats);
      const left = asked + ANSWER_WITHIN_MS - performance.now();
      if (!answers.includes(null) || left <= 0) return answers;
      await delay(Math.min(pause, left));
    }
  }
}

/** The callers that go together; the first goes in any case. */
function nextBatch(waiting: Caller[]): Caller[] {
  let size = 0;
  const end = waiting.findIndex(
    ({ submissions }, i) => (size += submissions.length) > LARGEST_BATCH && i > 0,
  );
  return waiting.splice(0, end === -1 ? waiting.length : end);
}
