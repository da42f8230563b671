import { Injectable } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import type { AcceptedSubmission } from '../domain/batch-draft.js';
import type { LedgerSubmission } from '../domain/board.js';
import { busyBoard, LeaderboardError } from '../leaderboard.errors.js';
import { type Batch, BatchLedger } from '../ledger/batch-ledger.js';
import { type Answer, RecordedAnswers } from '../ledger/recorded-answers.js';
import { BoardSync } from '../sync/board-sync.js';
import { RepeatedSubmissions } from './repeated-submissions.js';

/** The answer to one submission. */
export interface SubmissionAnswer extends Answer {
  submissionId: string;
  playerId: string;
  /** false for a repeated submission, and for a score that does not improve. */
  applied: boolean;
}

/** Batches of one board are committed one at a time. A limit of boards leaves database connections to everything else. */
const CONCURRENT_BOARDS = 4;
const LARGEST_BATCH = 1_000;
/** How many submissions may wait for one board, some seconds' worth. Beyond this limit submissions are rejected with 503. */
const LARGEST_QUEUE = 20_000;

interface Caller {
  submissions: readonly LedgerSubmission[];
  resolve: (answers: SubmissionAnswer[]) => void;
  reject: (error: unknown) => void;
}

/** The submissions to one board that are not answered yet. */
interface Queue {
  waiting: Caller[];
  /** What runs before the next batch is committed. */
  between: (() => Promise<void>)[];
  /** How many submissions wait. */
  submissions: number;
  isCommitting: boolean;
  /** Resolves when the batches committed so far are applied and answered. */
  applied: Promise<void>;
}

/**
 * Group commit without a timer: while one batch of a board is committed, the next one collects, and the one before is applied to the
 * sorted sets.
 */
@Injectable()
export class ScoreSubmissions {
  private readonly queues = new Map<string, Queue>();
  private readonly limiter = bulkhead(CONCURRENT_BOARDS, Infinity);

  constructor(
    private readonly ledger: BatchLedger,
    private readonly recorded: RecordedAnswers,
    private readonly sync: BoardSync,
    private readonly repeated: RepeatedSubmissions,
  ) {}

  /**
   * Accepts submissions atomically. When this resolves they are durable.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN, E_BOARD_BUSY, E_SCORE_OUT_OF_BOUNDS, E_SUBMISSION_CONFLICT, E_PLAYER_BANNED, and for an
   *   adjustment E_PLAYER_NOT_RANKED; then nothing was accepted
   */
  async submit(board: string, submissions: readonly LedgerSubmission[]): Promise<SubmissionAnswer[]> {
    const queue = this.queueOf(board);
    if (queue.submissions + submissions.length > LARGEST_QUEUE) throw busyBoard(board);
    queue.submissions += submissions.length;
    // The caller may change its list while it waits.
    const copies = submissions.map(({ metadata, ...submission }) =>
      metadata ? { ...submission, metadata: structuredClone(metadata) } : submission,
    );
    return new Promise((resolve, reject) => {
      queue.waiting.push({ submissions: copies, resolve, reject });
      if (!queue.isCommitting) void this.commitBatches(board, queue);
    });
  }

  /**
   * Runs `work`, which locks the board's row, between two batches of this node. PostgreSQL gives that lock to whoever comes when it is free,
   * so beside a busy queue it would wait for long.
   */
  between<T>(board: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queueOf(board);
    return new Promise((resolve, reject) => {
      queue.between.push(() => work().then(resolve, reject));
      if (!queue.isCommitting) void this.commitBatches(board, queue);
    });
  }

  private queueOf(board: string): Queue {
    const known = this.queues.get(board);
    if (known) return known;
    const queue: Queue = {
      waiting: [],
      between: [],
      submissions: 0,
      isCommitting: false,
      applied: Promise.resolve(),
    };
    this.queues.set(board, queue);
    return queue;
  }

  private async commitBatches(board: string, queue: Queue): Promise<void> {
    queue.isCommitting = true;
    while (queue.waiting.length > 0 || queue.between.length > 0) {
      for (const work of queue.between.splice(0)) await work();
      if (queue.waiting.length === 0) continue;
      const callers = nextCallers(queue.waiting);
      queue.submissions -= callers.reduce((sum, { submissions }) => sum + submissions.length, 0);
      try {
        const submissions = callers.map((caller) => caller.submissions);
        const batch = await this.limiter.execute(() => this.ledger.accept(board, submissions));
        await queue.applied;
        queue.applied = this.applyBatch(batch, callers);
      } catch (error) {
        for (const { reject } of callers) reject(error);
      }
    }
    queue.isCommitting = false;
    const { applied } = queue;
    await applied;
    // A new caller may have used the queue meanwhile.
    if (!queue.isCommitting && queue.applied === applied) this.queues.delete(board);
  }

  /** Never rejects: callers receive the error. */
  private async applyBatch(batch: Batch, callers: readonly Caller[]): Promise<void> {
    try {
      const answers = await this.answerRows(batch);
      for (const [i, caller] of callers.entries()) {
        const accepted = batch.callers[i] ?? [];
        if (accepted instanceof LeaderboardError) caller.reject(accepted);
        // Not awaited: repeats may wait for the answer of another node, the next batch must not.
        else this.answerCaller(batch, accepted, answers).then(caller.resolve, caller.reject);
      }
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
  }

  private async answerRows(batch: Batch): Promise<Answer[]> {
    const { id, board, rows, scores } = batch;
    if (rows.length === 0) return [];
    const players = [...new Set(rows.map(({ playerId }) => playerId))];
    const ranks = await this.sync.applyBatch(batch, players);
    const answers = rows.map(({ playerId }) => {
      const { rank = null, previousRank = null } = ranks?.get(playerId) ?? {};
      return { score: scores.get(playerId) ?? 0, rank, previousRank };
    });
    await this.recorded.record(board.board, id, answers);
    return answers;
  }

  private async answerCaller(
    batch: Batch,
    accepted: readonly AcceptedSubmission[],
    answers: readonly Answer[],
  ): Promise<SubmissionAnswer[]> {
    const repeats = accepted.filter((submission) => submission.batch !== batch.id);
    const earlier = repeats.length > 0 ? await this.repeated.answersOf(batch, repeats) : undefined;
    const unranked = { score: 0, rank: null, previousRank: null };
    return accepted.map((submission) => {
      const { submissionId, playerId, applied, row } = submission;
      return { submissionId, playerId, ...(earlier?.get(submission) ?? answers[row] ?? unranked), applied };
    });
  }
}

/** Removes the callers of the next batch: at least the first, and others up to the size of a batch. */
function nextCallers(waiting: Caller[]): Caller[] {
  let size = 0;
  const end = waiting.findIndex(
    ({ submissions }, i) => (size += submissions.length) > LARGEST_BATCH && i > 0,
  );
  return waiting.splice(0, end === -1 ? waiting.length : end);
}
