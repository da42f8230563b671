import { Injectable } from '@nestjs/common';
import { type BoardWindow, LeaderboardError, LeaderboardService } from '../../leaderboard/index.js';
import { ARENA_PLAYERS } from './arena.players.js';

export const ARENA = 'arena';
/** A level is a thousand points, so that many are equal and share a rank. */
export const LEVELS = 'arena-levels';
const POINTS_PER_LEVEL = 1_000;
export const HIGHEST_SCORE = 1_000_000_000;

const RULES = { order: 'desc', operator: 'best', ties: 'first', min: 0, max: HIGHEST_SCORE } as const;
/** The rules of a board never change: one of an earlier version has a single window. */
const WINDOWS: readonly BoardWindow[][] = [['all', 'daily', 'weekly', 'monthly'], ['all']];

export function levelOf(score: number): number {
  return 1 + Math.floor(score / POINTS_PER_LEVEL);
}

/** The boards of the simulated players. */
@Injectable()
export class ArenaBoard {
  constructor(private readonly leaderboard: LeaderboardService) {}

  /**
   * Creates the boards and the names of its players.
   *
   * @throws {LeaderboardError} E_BOARD_EXISTS if somebody else created a board of that name
   */
  async prepare(): Promise<void> {
    await this.define();
    const [windows = []] = WINDOWS;
    await this.leaderboard.defineBoard(LEVELS, { ...RULES, ties: 'shared', windows });
    for (const { playerId, name, country } of ARENA_PLAYERS) {
      await this.leaderboard.saveProfile(playerId, { name, country });
    }
  }

  private async define(): Promise<void> {
    const [windows = [], earlier = []] = WINDOWS;
    try {
      await this.leaderboard.defineBoard(ARENA, { ...RULES, windows });
    } catch (error) {
      if (!(error instanceof LeaderboardError && error.code === 'E_BOARD_EXISTS')) throw error;
      await this.leaderboard.defineBoard(ARENA, { ...RULES, windows: earlier });
    }
  }
}
