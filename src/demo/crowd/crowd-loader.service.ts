import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Database, DatabaseUnavailableError } from '../../database/index.js';
import { LeaderboardService } from '../../leaderboard/index.js';
import { CrowdError } from './crowd.errors.js';
import { CROWD, CROWD_RULES, crowdSubmission, MOST_PLAYERS } from './crowd.players.js';
import type { CrowdLoad, CrowdState } from './crowd.wire.js';

const PER_BATCH = 1_000;

interface RunningLoad extends Omit<CrowdLoad, 'elapsedMs'> {
  startedAt: number;
  endedAt: number | null;
  /** Ends after the batch that is being submitted. */
  isCancelled: boolean;
}

/** Fills the board `crowd` through the ledger, one load at a time. A load continues where the one before ended. */
@Injectable()
export class CrowdLoader implements OnModuleDestroy {
  private readonly logger = new Logger('Crowd');
  private load: RunningLoad | null = null;
  private isStarting = false;
  /** Resolves when the newest load has ended. One that was cancelled ends after its batch. */
  private ended = Promise.resolve();

  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly database: Database,
  ) {}

  /** Does not wait for the batch: PostgreSQL may be down. */
  onModuleDestroy(): void {
    void this.cancel();
  }

  async state(): Promise<CrowdState> {
    const players = this.load?.state === 'running' ? this.load.players : await this.countPlayers();
    return { board: CROWD, players, largest: MOST_PLAYERS, load: this.load && describe(this.load) };
  }

  /**
   * Starts to add players until the board has `target` of them.
   *
   * @throws {CrowdError} E_LOAD_RUNNING, E_CROWD_LOADED
   */
  async start(target: number): Promise<void> {
    if (this.isStarting || this.load?.state === 'running') {
      const message = 'A load is running on this node. Wait for its end, or cancel it with DELETE.';
      throw new CrowdError('E_LOAD_RUNNING', message);
    }
    this.isStarting = true;
    try {
      await this.ended;
      await this.leaderboard.defineBoard(CROWD, { ...CROWD_RULES, windows: ['all'] });
      const from = await this.countPlayers();
      if (from >= target) {
        const message = `The board has ${from} players already, and ${MOST_PLAYERS} at most. Choose more than it has.`;
        throw new CrowdError('E_CROWD_LOADED', message);
      }
      const running = { state: 'running', from, players: from, target, problem: null } as const;
      this.load = { ...running, startedAt: performance.now(), endedAt: null, isCancelled: false };
      this.ended = this.run(this.load);
    } finally {
      this.isStarting = false;
    }
  }

  /** Resolves when the running load has ended, after its batch. */
  async cancel(): Promise<void> {
    if (this.load) this.load.isCancelled = true;
    await this.ended;
  }

  /** Never rejects. */
  private async run(load: RunningLoad): Promise<void> {
    try {
      while (!load.isCancelled && load.players < load.target) {
        const size = Math.min(PER_BATCH, load.target - load.players);
        const numbers = Array.from({ length: size }, (_, i) => load.players + i + 1);
        await this.leaderboard.submit(CROWD, numbers.map(crowdSubmission));
        load.players += size;
      }
      // Lets SQL count in the index alone. Autovacuum would do the same a minute later.
      if (!load.isCancelled) await this.database.query('VACUUM standings');
      load.state = load.isCancelled ? 'cancelled' : 'ended';
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) this.logger.warn(`A load failed: ${String(error)}`);
      const why = error instanceof DatabaseUnavailableError ? error.message : 'A batch was rejected.';
      Object.assign(load, { state: 'failed', problem: `${why} Start the load again: it continues here.` });
    }
    load.endedAt = performance.now();
  }

  private async countPlayers(): Promise<number> {
    return (await this.leaderboard.list()).find(({ board }) => board === CROWD)?.players ?? 0;
  }
}

function describe({ startedAt, endedAt, ...load }: RunningLoad): CrowdLoad {
  const { state, from, players, target, problem } = load;
  const elapsedMs = Math.round((endedAt ?? performance.now()) - startedAt);
  return { state, from, players, target, problem, elapsedMs };
}
