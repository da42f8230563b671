import { randomInt, randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseUnavailableError, Migrations, MissingTableError } from '../../database/index.js';
import { LeaderboardError, LeaderboardService } from '../../leaderboard/index.js';
import { ARENA, ArenaBoard, HIGHEST_SCORE, LEVELS, levelOf } from './arena.board.js';
import { ARENA_PLAYERS } from './arena.players.js';
import { ArenaRate, HIGHEST_RATE, type SharedRate, USUAL_RATE } from './arena.rate.js';
import { ARENA_MIGRATIONS, ArenaRepository } from './arena.repository.js';
import { ArenaViewers } from './arena.viewers.js';
import type { ArenaSeason, ArenaState, Lead } from './arena.wire.js';
import { TextbookMirror } from './textbook-mirror.js';

const ROUND_MS = 100;
/** How often a node that plays reads the rate of the demo. */
const FOLLOW_MS = 1_000;
/** Scores are multiples of this, so that some are equal. */
const STEP = 50;
const LARGEST_GAIN = 8 * STEP;

/** Simulated players, so that there is a board to watch. They play while somebody watches. */
@Injectable()
export class ArenaService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Arena');
  private readonly best = new Map<string, number>();
  private readonly levels = new Map<string, number>();
  private readonly rate = new ArenaRate();
  /** The last round or lead. */
  private turn: Promise<unknown> = Promise.resolve();
  private reads = 0;
  private newestRead = 0;
  private timer: NodeJS.Timeout | undefined;
  private isOpen = false;
  private isPrepared = false;
  /** When this node read the rate as one that plays. Undefined while it does not play. */
  private followedAt: number | undefined;

  constructor(
    private readonly repository: ArenaRepository,
    private readonly migrations: Migrations,
    private readonly board: ArenaBoard,
    private readonly leaderboard: LeaderboardService,
    private readonly viewers: ArenaViewers,
    private readonly textbook: TextbookMirror,
  ) {}

  onApplicationBootstrap(): void {
    this.isOpen = true;
    void this.migrations.apply('arena', ARENA_MIGRATIONS);
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isOpen = false;
    clearTimeout(this.timer);
  }

  async state(): Promise<ArenaState> {
    await this.followRate(() => this.repository.read());
    const { scoresPerSecond, chosenUntil } = this.rate;
    return {
      board: ARENA,
      scoresPerSecond,
      highest: HIGHEST_RATE,
      usual: USUAL_RATE,
      chosenUntil: chosenUntil?.toISOString() ?? null,
      isWatched: this.viewers.isWatched,
    };
  }

  /** Sets the rate for all pages and nodes. The usual rate applies again after ten minutes, or when the last node stops playing. */
  async choose(scoresPerSecond: number): Promise<ArenaState> {
    await this.repository.choose(scoresPerSecond);
    return this.state();
  }

  /** Puts a player first, unless another node plays a higher score meanwhile. @throws {LeaderboardError} E_BOARD_UNKNOWN before the board was created */
  async lead(playerId: string): Promise<Lead> {
    return this.inTurn(async () => {
      const score = Math.min((await this.highestScore()) + STEP, HIGHEST_SCORE);
      const [answer] = await this.submit([{ playerId, score }]);
      return { playerId, score, rank: answer?.rank ?? null };
    });
  }

  /** Of all windows: a season that has just begun has lower scores than its day. */
  private async highestScore(): Promise<number> {
    const { windows = [] } = (await this.leaderboard.list()).find(({ board }) => board === ARENA) ?? {};
    const tops = windows.map((window) => this.leaderboard.page(ARENA, { window, offset: 0, limit: 1 }));
    return Math.max(0, ...(await Promise.all(tops)).map(({ entries }) => entries[0]?.score ?? 0));
  }

  /** Closes the running season of both boards. The players go on from their scores, so that days and weeks do too. */
  async closeSeason(): Promise<ArenaSeason> {
    const { seasons } = await this.leaderboard.seasons(ARENA);
    const season = `season-${seasons.length + 1}`;
    await this.leaderboard.closeSeason(ARENA, season);
    await this.leaderboard.closeSeason(LEVELS, season);
    return { season };
  }

  private schedule(): void {
    if (this.isOpen) this.timer = setTimeout(() => void this.play(), ROUND_MS).unref();
  }

  private async play(): Promise<void> {
    try {
      if (!this.isPrepared) await this.board.prepare();
      this.isPrepared = true;
      if (this.viewers.isWatched) await this.inTurn(() => this.playRound());
      else await this.leave();
    } catch (error) {
      // While the database is down or not migrated yet, the next round tries again.
      if (!(error instanceof DatabaseUnavailableError || error instanceof MissingTableError)) {
        this.logger.warn(`A round failed: ${String(error)}`);
      }
      if (error instanceof LeaderboardError && error.code === 'E_BOARD_EXISTS') return;
    }
    this.schedule();
  }

  /** One after the other, so that a round of this node that has begun does not overtake a lead. */
  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async playRound(): Promise<void> {
    await this.follow();
    const due = this.rate.takeDue(performance.now());
    const players = Array.from({ length: due }, () => ARENA_PLAYERS[randomInt(ARENA_PLAYERS.length)]);
    const scores = players.flatMap((player) =>
      player ? [{ playerId: player.playerId, score: this.nextScore(player.playerId) }] : [],
    );
    if (scores.length > 0) await this.submit(scores);
  }

  private async follow(): Promise<void> {
    const now = performance.now();
    if (this.followedAt !== undefined && now - this.followedAt < FOLLOW_MS) return;
    await this.followRate(() => this.repository.join());
    this.followedAt = now;
  }

  /** The read that began last counts: one that began before a choice may end after it. */
  private async followRate(read: () => Promise<SharedRate>): Promise<void> {
    const number = ++this.reads;
    const shared = await read();
    if (number < this.newestRead) return;
    this.newestRead = number;
    this.rate.follow(shared);
  }

  private async leave(): Promise<void> {
    if (this.followedAt === undefined) return;
    await this.repository.leave();
    this.followedAt = undefined;
  }

  private async submit(scores: { playerId: string; score: number }[]) {
    this.textbook.play(scores);
    const submissions = scores.map((score) => ({ submissionId: randomUUID(), ...score }));
    const answers = await this.leaderboard.submit(ARENA, submissions);
    for (const { playerId, score } of answers) this.best.set(playerId, score);
    if (this.viewers.isLevelsWatched) await this.submitLevels();
    return answers;
  }

  /** All players, since this board has not seen the scores that were played while nobody watched it. */
  private async submitLevels(): Promise<void> {
    const reached = [...this.best].map(([playerId, score]) => ({ playerId, score: levelOf(score) }));
    const risen = reached.filter(({ playerId, score }) => this.levels.get(playerId) !== score);
    if (risen.length === 0) return;
    await this.leaderboard.submit(
      LEVELS,
      risen.map((level) => ({ submissionId: randomUUID(), ...level })),
    );
    for (const { playerId, score } of risen) this.levels.set(playerId, score);
  }

  /** Slightly above the best score since the start. A player's first score may be anything, since the best one counts. */
  private nextScore(playerId: string): number {
    const best = this.best.get(playerId) ?? randomInt(2_000 / STEP) * STEP;
    return Math.min(best + randomInt(1, LARGEST_GAIN / STEP + 1) * STEP, HIGHEST_SCORE);
  }
}
