import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { LeaderboardService } from '../../leaderboard/index.js';
import { TextbookLeaderboardController, TextbookLeaderboardGateway } from '../../textbook/index.js';
import { ARENA } from './arena.board.js';

const LARGEST_TOP = 100;

interface Score {
  playerId: string;
  score: number;
}

/** Gives the textbook side the scores of the arena while somebody watches that side. */
@Injectable()
export class TextbookMirror {
  /** The best score of each player that the textbook side does not have. */
  private readonly missing = new Map<string, number>();
  private isSubmitting = false;
  private isFilled = false;

  constructor(
    private readonly modules: ModuleRef,
    private readonly leaderboard: LeaderboardService,
  ) {}

  play(scores: readonly Score[]): void {
    if (this.viewers() === 0) {
      this.isFilled = false;
      return;
    }
    this.miss(scores);
    if (!this.isSubmitting) void this.submitMissing();
  }

  /** One batch at a time: the textbook side waits without a limit for an engine that is down. Never rejects. */
  private async submitMissing(): Promise<void> {
    this.isSubmitting = true;
    try {
      const controller = this.modules.get(TextbookLeaderboardController, { strict: false });
      if (!this.isFilled) this.miss(await this.bestOfAll());
      this.isFilled = true;
      while (this.missing.size > 0) {
        const batch = [...this.missing];
        this.missing.clear();
        await Promise.all(
          batch.map(([playerId, score]) => controller.submit({ board: ARENA }, { playerId, score })),
        );
      }
    } catch {
      // An engine is down. The page shows that no message comes.
      this.isFilled = false;
    } finally {
      this.isSubmitting = false;
    }
  }

  private miss(scores: readonly Score[]): void {
    for (const { playerId, score } of scores)
      this.missing.set(playerId, Math.max(score, this.missing.get(playerId) ?? score));
  }

  private async bestOfAll(): Promise<Score[]> {
    const { entries } = await this.leaderboard.page(ARENA, { window: 'all', offset: 0, limit: LARGEST_TOP });
    return entries;
  }

  private viewers(): number {
    return this.modules.get(TextbookLeaderboardGateway, { strict: false }).server.sockets.size;
  }
}
