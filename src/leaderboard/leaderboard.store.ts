import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';
import { CompositeScore, type ScoreBounds } from './composite-score.js';
import type { Standing } from './standings.js';
import { leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from './leaderboard.options.js';
import { APPLY, SWAP_IN } from './leaderboard.scripts.js';

/*
 * Data model (see leaderboard.keys.ts): per board one sorted set, member = player id, score = composite of score and
 * order of arrival, and beside it the ledger sequence the set has reached. Both are written by one script or one
 * MULTI, so they are lost and kept together. Player names are a cache in one hash.
 */

/** A place on a board; the name is added by the service. */
export interface Place {
  rank: number;
  playerId: string;
  score: number;
}

export interface TopPlaces {
  /** The ledger sequence these places show. */
  version: number;
  total: number;
  places: Place[];
}

/** Ranks of one player before and after a batch was applied; before is null for a newcomer. */
export interface RankChange {
  previousRank: number | null;
  rank: number | null;
}

const NAMES_LIFETIME_SECONDS = 3600;
const REBUILD_LIFETIME_SECONDS = 600;

/** The sorted sets. Every method rejects with an EngineError if the engine fails; all writes may be repeated. */
@Injectable()
export class LeaderboardStore {
  private readonly engine: RedisEngine;
  private readonly keys: LeaderboardKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.keys = leaderboardKeys(keyPrefix);
  }

  /** Calls back whenever the engine is reached again: what was in it may be gone. */
  onReady(listener: () => void): void {
    this.engine.onReady(listener);
  }

  /** The ledger sequence the set has reached; null if the engine does not have the board. */
  async position(board: string): Promise<number | null> {
    const [position, isThere] = await this.engine.client
      .multi()
      .get(this.keys.position(board))
      .exists(this.keys.standings(board))
      .execTyped();
    return readPosition(position, isThere);
  }

  /**
   * Brings the set from `from` to `to`, and tells how the ranks of `playerIds` changed and where the set stands. Ranks
   * are null, and nothing is written, if the set has not reached `from`: then the ledger must be replayed first.
   */
  async apply(
    board: string,
    { from, to, standings, bounds }: { from: number; to: number; standings: Standing[]; bounds: ScoreBounds },
    playerIds: string[] = [],
  ): Promise<{ position: number; ranks: Map<string, RankChange> | null }> {
    const composite = new CompositeScore(bounds);
    const reply = (await this.engine.run(
      APPLY,
      [this.keys.standings(board), this.keys.position(board)],
      [
        String(from),
        String(to),
        String(standings.length),
        ...standings.flatMap(({ playerId, score, sequence }) => [
          playerId,
          String(composite.encode(score, sequence)),
        ]),
        ...playerIds,
      ],
    )) as number[];
    const [position = -1, ...ranks] = reply;
    if (position < from) return { position, ranks: null };
    const changes = playerIds.map(
      (playerId, i) =>
        [playerId, { previousRank: fromOne(ranks[i]), rank: fromOne(ranks[i + playerIds.length]) }] as const,
    );
    return { position, ranks: new Map(changes) };
  }

  /**
   * Fills a board anew, unseen by readers until it is whole.
   *
   * @param chunks all its standings, in the order of their sequence; the last may be beyond `sequence`.
   * @param isWrong whether what is there now must go even if it seems newer.
   * @returns false if the engine lost a part meanwhile: then begin again.
   */
  async replace(
    board: string,
    chunks: AsyncIterable<Standing[]>,
    { sequence, bounds, isWrong }: { sequence: number; bounds: ScoreBounds; isWrong: boolean },
  ): Promise<boolean> {
    const composite = new CompositeScore(bounds);
    const temporary = this.keys.rebuild(board, randomUUID());
    let players = 0;
    let reached = sequence;
    for await (const chunk of chunks) {
      const members = chunk.map((standing) => ({
        value: standing.playerId,
        score: composite.encode(standing.score, standing.sequence),
      }));
      const [added] = await this.engine.client
        .multi()
        .zAdd(temporary, members)
        .expire(temporary, REBUILD_LIFETIME_SECONDS)
        .execTyped();
      players += added;
      reached = Math.max(reached, chunk.at(-1)?.sequence ?? 0);
    }
    const isWhole = await this.engine.run(
      SWAP_IN,
      [this.keys.standings(board), this.keys.position(board), temporary],
      [String(reached), String(players), isWrong ? '1' : '0'],
    );
    return isWhole === 1;
  }

  /** Places from `offset` on, O(log N + limit); null if the engine knows nothing of the board. */
  async places(
    board: string,
    bounds: ScoreBounds,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<TopPlaces | null> {
    const key = this.keys.standings(board);
    const [position, members, total] = await this.engine.client
      .multi()
      .get(this.keys.position(board))
      .zRangeWithScores(key, offset, offset + limit - 1, { REV: true })
      .zCard(key)
      .execTyped();
    const version = readPosition(position, total);
    if (version === null) return null;
    const composite = new CompositeScore(bounds);
    const places = members.map(({ value, score }, i) => ({
      rank: offset + i + 1,
      playerId: value,
      score: composite.decode(score),
    }));
    return { version, total, places };
  }

  /** One player's place, O(log N); null if the player has no score, undefined if the engine knows nothing of the board. */
  async place(
    board: string,
    bounds: ScoreBounds,
    playerId: string,
  ): Promise<(Place & { total: number }) | null | undefined> {
    const key = this.keys.standings(board);
    const [position, rank, score, total] = await this.engine.client
      .multi()
      .get(this.keys.position(board))
      .zRevRank(key, playerId)
      .zScore(key, playerId)
      .zCard(key)
      .execTyped();
    if (readPosition(position, total) === null) return undefined;
    if (rank === null || score === null) return null;
    return { playerId, rank: rank + 1, score: new CompositeScore(bounds).decode(score), total };
  }

  /** Names known here; a player without a profile has the empty name. */
  async names(playerIds: string[]): Promise<Map<string, string>> {
    if (playerIds.length === 0) return new Map();
    const names = await this.engine.client.hmGet(this.keys.playerNames(), playerIds);
    return new Map(
      playerIds.flatMap((id, i) => (typeof names[i] === 'string' ? [[id, names[i]] as const] : [])),
    );
  }

  async saveName(playerId: string, name: string): Promise<void> {
    const key = this.keys.playerNames();
    // The lifetime bounds how long a name can be wrong when a change could not reach the engine.
    await this.engine.client
      .multi()
      .hSet(key, playerId, name)
      .expire(key, NAMES_LIFETIME_SECONDS, 'NX')
      .exec();
  }

  /** Keeps names that were read from the ledger; one that was saved since stays. */
  async learnNames(names: Map<string, string>): Promise<void> {
    const key = this.keys.playerNames();
    const batch = this.engine.client.multi();
    for (const [playerId, name] of names) batch.hSetNX(key, playerId, name);
    await batch.expire(key, NAMES_LIFETIME_SECONDS, 'NX').exec();
  }
}

/** A position above 0 without its set is a set that was lost. */
function readPosition(position: string | null, members: number): number | null {
  return position === null || (position !== '0' && members === 0) ? null : Number(position);
}

function fromOne(rankFromZero: number | undefined): number | null {
  return rankFromZero === undefined || rankFromZero < 0 ? null : rankFromZero + 1;
}
