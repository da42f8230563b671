import { Injectable } from '@nestjs/common';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { Database } from '../../database/index.js';
import { LeaderboardService } from '../../leaderboard/index.js';
import { CrowdError } from './crowd.errors.js';
import { CROWD, crowdPlayer } from './crowd.players.js';
import type { CrowdRank } from './crowd.wire.js';

/** A count of a million players takes PostgreSQL some hundred milliseconds. */
const CONCURRENT_COUNTS = 2;
const LARGEST_QUEUE = 8;

/** Both counts are ranges of the index (board, period, merit DESC, sequence): no plan counts with less work. */
const RANK = `
  WITH own AS (SELECT merit, sequence FROM standings WHERE board = $1 AND period = 'all' AND player_id = $2)
  SELECT merit::float8 AS score, 1
    + (SELECT count(*) FROM standings WHERE board = $1 AND period = 'all' AND merit > (SELECT merit FROM own))
    + (SELECT count(*) FROM standings WHERE board = $1 AND period = 'all' AND merit = (SELECT merit FROM own)
         AND sequence < (SELECT sequence FROM own)) AS rank
  FROM own`;

/** The same question to both: the rank of one player of the crowd. */
@Injectable()
export class CrowdRanks {
  private readonly limiter = bulkhead(CONCURRENT_COUNTS, LARGEST_QUEUE);

  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly database: Database,
  ) {}

  /** @throws {LeaderboardError} E_BOARD_UNKNOWN, E_PLAYER_NOT_RANKED */
  async bySortedSet(number: number): Promise<CrowdRank> {
    const playerId = crowdPlayer(number);
    const { rank, score } = await this.leaderboard.rankOf(CROWD, 'all', playerId);
    return { by: 'sorted-set', playerId, rank, score };
  }

  /** @throws {CrowdError} E_CROWD_PLAYER_UNKNOWN, E_RANKS_BUSY */
  async bySql(number: number): Promise<CrowdRank> {
    const playerId = crowdPlayer(number);
    const [row] = await this.count(playerId);
    if (!row) {
      const message = `The crowd has no "${playerId}". GET /api/demo/crowd says how many players it has.`;
      throw new CrowdError('E_CROWD_PLAYER_UNKNOWN', message);
    }
    return { by: 'sql', playerId, rank: Number(row.rank), score: row.score };
  }

  private async count(playerId: string): Promise<{ rank: string; score: number }[]> {
    try {
      return await this.limiter.execute(() => this.database.query(RANK, [CROWD, playerId]));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      const message = 'Too many ranks are being counted by SQL. Repeat this in a second.';
      throw new CrowdError('E_RANKS_BUSY', message);
    }
  }
}
