import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ignoreEngineError } from '../../engine/index.js';
import type { AcceptedSubmission } from '../domain/batch-draft.js';
import type { Batch } from '../ledger/batch-ledger.js';
import { type Answer, RecordedAnswers } from '../ledger/recorded-answers.js';
import { RankingStore } from '../sorted-sets/ranking.store.js';

/** How long a repeat waits for the answer to the first submission, which another node may be about to record. */
const LONGEST_WAIT_MS = 2_000;
/** Doubles with each look, so that many repeats do not keep the database from other work. */
const FIRST_PAUSE_MS = 20;

/** Answers submissions that the ledger had already. */
@Injectable()
export class RepeatedSubmissions {
  constructor(
    private readonly recorded: RecordedAnswers,
    private readonly ranking: RankingStore,
  ) {}

  /** The recorded answers; the present ranks where the recorded answer has none, or its node died before it recorded one. */
  async answersOf({ board, scores }: Batch, repeats: AcceptedSubmission[]) {
    const answers = await this.waitForAnswers(board.board, repeats);
    const unranked = repeats.filter((_, i) => !answers[i] || answers[i].rank === null);
    const ranks = await this.ranksOf(board, unranked);
    return new Map(
      repeats.map((repeat, i): [AcceptedSubmission, Answer] => {
        const recorded = answers[i];
        if (recorded && recorded.rank !== null) return [repeat, recorded];
        const { playerId } = repeat;
        const rank = ranks.get(playerId) ?? null;
        return [repeat, { score: recorded?.score ?? scores.get(playerId) ?? 0, rank, previousRank: rank }];
      }),
    );
  }

  private async ranksOf(board: Batch['board'], submissions: AcceptedSubmission[]) {
    const playerIds = submissions.map(({ playerId }) => playerId);
    if (playerIds.length === 0) return new Map<string, number>();
    const ranking = await this.ranking.players(board, 'all', playerIds).catch(ignoreEngineError);
    return new Map(ranking?.players.map(({ playerId, rank }) => [playerId, rank]));
  }

  private async waitForAnswers(board: string, repeats: AcceptedSubmission[]): Promise<(Answer | null)[]> {
    const began = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const answers = await this.recorded.find(board, repeats);
      const left = began + LONGEST_WAIT_MS - performance.now();
      if (!answers.includes(null) || left <= 0) return answers;
      await delay(Math.min(pause, left));
    }
  }
}
