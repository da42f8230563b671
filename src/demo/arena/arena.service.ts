import { randomInt, randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DatabaseUnavailableError, MissingTableError } from '../../database/index.js';
import { LeaderboardService } from '../../leaderboard/index.js';
import { ARENA_OPTIONS, type ArenaOptions } from './arena.options.js';
import { ARENA_PLAYERS } from './arena.players.js';

const BOARD = 'arena';
const ROUND_MS = 300;
const PLAYERS_PER_ROUND = 3;
const DEFINITION = {
  order: 'desc',
  operator: 'best',
  ties: 'first',
  windows: ['all'],
  min: 0,
  max: 1_000_000_000,
} as const;

/** Simulated players, so that there is a board to watch. Ten scores a second do not disturb a load test. */
@Injectable()
export class ArenaService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Arena');
  private readonly best = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private isOpen = false;
  private isPrepared = false;

  constructor(
    private readonly leaderboard: LeaderboardService,
    @Inject(ARENA_OPTIONS) private readonly options: ArenaOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.isOpen = this.options.enabled;
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isOpen = false;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.isOpen) this.timer = setTimeout(() => void this.play(), ROUND_MS).unref();
  }

  private async play(): Promise<void> {
    try {
      if (!this.isPrepared) await this.prepare();
      await this.playRound();
    } catch (error) {
      // While the database is down or not migrated yet, the next round tries again.
      if (!(error instanceof DatabaseUnavailableError || error instanceof MissingTableError)) {
        this.logger.warn(`A round failed: ${String(error)}`);
      }
    }
    this.schedule();
  }

  private async prepare(): Promise<void> {
    await this.leaderboard.defineBoard(BOARD, { ...DEFINITION, windows: ['all'] });
    for (const { playerId, name, country } of ARENA_PLAYERS) {
      await this.leaderboard.saveProfile(playerId, { name, country });
    }
    this.isPrepared = true;
  }

  private async playRound(): Promise<void> {
    const players = Array.from(
      { length: PLAYERS_PER_ROUND },
      () => ARENA_PLAYERS[randomInt(ARENA_PLAYERS.length)],
    );
    const submissions = [...new Set(players)].flatMap((player) =>
      player
        ? [{ submissionId: randomUUID(), playerId: player.playerId, score: this.nextScore(player.playerId) }]
        : [],
    );
    for (const { playerId, score } of await this.leaderboard.submit(BOARD, submissions))
      this.best.set(playerId, score);
  }

  /** Slightly above the best score since the start. A player's first score may be anything, since the best one counts. */
  private nextScore(playerId: string): number {
    return Math.min((this.best.get(playerId) ?? randomInt(2_000)) + randomInt(1, 400), DEFINITION.max);
  }
}
