import { Inject, Injectable } from '@nestjs/common';
import type { EngineScript, RedisEngine } from '../../engine/index.js';
import { applyArguments, type Change, keysOf, spanOf, withExpiry } from './apply-arguments.js';
import { CompositeScore } from '../domain/composite-score.js';
import { leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import { APPLY, AROUND, PAGE, PLAYERS, PROGRESS, REMOVE, REMOVE_ENDED } from './scripts.js';
import type { Board } from '../ledger/board.js';
import type { Period } from '../domain/periods.js';

/*
 * Data model (see leaderboard.keys.ts): per board and period a sorted set, member = player id, score = composite of score and order
 * of arrival, 110 to 125 bytes a player. Beside them the board's state, a hash:
 *   ledger, edition   what the sets are a copy of; another one is rebuilt
 *   position          the ledger sequence they have reached
 *   mark              of the ledger, there or beyond
 *   <period>          how many players the set of a current period has
 * All are written by one script at a time, so they are lost and kept together.
 */

/** A place on a board; the name is added by the service. */
export interface Place {
  rank: number;
  playerId: string;
  score: number;
}

/** What a period of a board shows. */
export interface Places {
  /** The ledger sequence these places show. */
  version: number;
  total: number;
  places: Place[];
}

/** Where the sets are: the ledger sequence they have reached, and a mark of the ledger there or beyond; null where an earlier version wrote. */
export interface Progress {
  position: number;
  mark: string | null;
}

/** Ranks of one player before and after a batch was applied; before is null for a newcomer, and as after for who did not move. */
export interface RankChange {
  previousRank: number | null;
  rank: number | null;
}

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

  /** Calls back when a node has shown changes of a board, mostly. @returns how to end it. */
  onAnnounced(board: string, listener: () => void): () => void {
    return this.engine.subscribe(this.keys.board(board).changed, { onMessage: listener, onLive: listener });
  }

  /** Where the sets are; null if they must be rebuilt. */
  async progress(board: Board, periods: readonly Period[]): Promise<Progress | null> {
    const keys = this.keys.board(board.board);
    const names = periods.map(({ name }) => name);
    const args = [board.ledger, String(board.edition), ...names];
    const reply = (await this.engine.run(PROGRESS, keysOf(keys, periods), args)) as [number, string?] | null;
    return reply && { position: reply[0], mark: reply[1] ?? null };
  }

  /**
   * Brings the sets to `change.to`, where they are then, and how the ranks of `playerIds` changed for all time; null, and nothing is written, if the
   * sets have not reached `change.from`: then the ledger must be replayed first.
   */
  async apply(
    board: Board,
    periods: readonly Period[],
    change: Change,
    playerIds: readonly string[] = [],
  ): Promise<(Progress & { ranks: Map<string, RankChange> }) | null> {
    const keys = this.keys.board(board.board);
    const movers = new Set(change.standings.filter(({ period }) => period === 'all').map((s) => s.playerId));
    const moving = playerIds.filter((playerId) => movers.has(playerId));
    const staying = playerIds.filter((playerId) => !movers.has(playerId));
    const args = applyArguments(board, periods.map(withExpiry), change, { moving, staying });
    const reply = (await this.engine.run(APPLY, keysOf(keys, periods), args)) as
      [number, string, ...number[]] | null;
    if (!reply) return null;
    // A hint that spares looking again and again; where it gets lost, viewers' nodes look by themselves.
    if (change.to > change.from) this.engine.publish(keys.changed, '').catch(() => undefined);
    const [position, mark, ...better] = reply;
    const before = better.splice(0, moving.length).map(rankBelow);
    const after = better.map(rankBelow);
    const ranks = [...moving, ...staying].map((playerId, i): [string, RankChange] => {
      const rank = after[i] ?? null;
      return [playerId, { previousRank: i < moving.length ? (before[i] ?? null) : rank, rank }];
    });
    return { position, mark, ranks: new Map(ranks) };
  }

  /** Takes a player off the sets; false if they have not reached the edition and position before. */
  async remove(
    before: Board,
    after: Board,
    removed: { playerId: string; periods: readonly Period[] },
  ): Promise<boolean> {
    const keys = this.keys.board(before.board);
    const args = [
      before.ledger,
      ...[before.edition, before.sequence, before.mark, after.edition, after.sequence].map(String),
      removed.playerId,
      ...removed.periods.map(({ name }) => name),
    ];
    return (await this.engine.run(REMOVE, keysOf(keys, removed.periods), args)) === 1;
  }

  /** Takes a player off sets of periods that are over. */
  async removeEnded(
    { board }: Pick<Board, 'board'>,
    periods: readonly Period[],
    playerId: string,
  ): Promise<void> {
    const { standings } = this.keys.board(board);
    await Promise.all(
      periods.map(({ name }) => this.engine.run(REMOVE_ENDED, [standings(name)], [playerId])),
    );
  }

  /** The position of a board, null if it has none, and what its sets take in the engine. */
  async measure({ board }: Pick<Board, 'board'>, periods: readonly Period[]) {
    const { state, standings } = this.keys.board(board);
    const { client } = this.engine;
    const measureSet = async ({ window, name }: Period) => {
      const [players, bytes] = await Promise.all([
        client.zCard(standings(name)),
        client.memoryUsage(standings(name)),
      ]);
      return { window, players, bytes: bytes ?? 0 };
    };
    const [position, ...sets] = await Promise.all([
      client.hGet(state, 'position'),
      ...periods.map(measureSet),
    ]);
    return { position: position === null ? null : Number(position), sets };
  }

  /** Places from `offset` on, O(log N + limit); null if the engine does not have the board. */
  async page(
    board: Board,
    period: string,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<Places | null> {
    const range = [offset, offset + limit - 1].map(String);
    const reply = (await this.read(PAGE, board, period, range)) as [number, number, Slice] | null;
    if (!reply) return null;
    const [version, total, slice] = reply;
    const places = placesOf(board, slice);
    return places ? { version, total, places } : this.disown(board);
  }

  /**
   * For each player the places around, none for a player who has none; O(log N + radius) each, and nobody else is served meanwhile.
   * Null if the engine does not have the board.
   */
  async around(
    board: Board,
    period: string,
    { playerIds, radius }: { playerIds: readonly string[]; radius: number },
  ): Promise<(Omit<Places, 'places'> & { around: Place[][] }) | null> {
    const reply = await this.read(AROUND, board, period, [String(radius), ...playerIds]);
    if (!reply) return null;
    const [version, total, ...slices] = reply as [number, number, ...Slice[]];
    const around: Place[][] = [];
    for (const slice of slices) {
      const places = placesOf(board, slice);
      if (!places) return this.disown(board);
      around.push(places);
    }
    return { version, total, around };
  }

  /** The places of these players, best first, without those who have none; null if the engine does not have the board. */
  async places(board: Board, period: string, playerIds: readonly string[]): Promise<Places | null> {
    const reply = (await this.read(PLAYERS, board, period, playerIds)) as (number | string)[] | null;
    if (!reply) return null;
    const [version, total, ...answers] = reply;
    const composite = new CompositeScore(board);
    const found: { place: Place; composite: number }[] = [];
    for (let i = 0; i < playerIds.length; i++) {
      const [playerId = '', better, own] = [playerIds[i], Number(answers[2 * i]), Number(answers[2 * i + 1])];
      if (better < 0) continue;
      if (!composite.has(own)) return this.disown(board);
      found.push({ place: { rank: better + 1, playerId, score: composite.decode(own) }, composite: own });
    }
    const places = found.toSorted((one, other) => other.composite - one.composite).map(({ place }) => place);
    return { version: Number(version), total: Number(total), places };
  }

  /** Sets with foreign members belong to no ledger: whoever reads the board next rebuilds it. Its version is kept. */
  private async disown({ board }: Board): Promise<null> {
    await this.engine.client.hSet(this.keys.board(board).state, 'ledger', '');
    return null;
  }

  private read(
    script: EngineScript,
    board: Board,
    period: string,
    args: readonly string[],
  ): Promise<unknown> {
    const { state, standings } = this.keys.board(board.board);
    return this.engine.run(
      script,
      [state, standings(period)],
      [board.ledger, period, spanOf(board), ...args],
    );
  }
}

/** No player's id is empty or has control characters, see leaderboard.schemas.ts. */
const FOREIGN_ID = /^$|\p{Cc}/u;

/** The first place of the slice from 0, how many players are better, then player and composite of each. */
type Slice = [first: number, better: number, members: string[]] | [];

/** Null if there are members that this board cannot have. */
function placesOf(board: Board, [first = 0, better = 0, members = []]: Slice): Place[] | null {
  const composite = new CompositeScore(board);
  const places: Place[] = [];
  let rank = better + 1;
  for (let i = 0; i < members.length; i += 2) {
    const own = Number(members[i + 1]);
    if (!composite.has(own) || FOREIGN_ID.test(String(members[i]))) return null;
    const score = composite.decode(own);
    const sharesRank = board.ties === 'shared' && (i === 0 || places.at(-1)?.score === score);
    if (!sharesRank) rank = first + i / 2 + 1;
    places.push({ rank, playerId: String(members[i]), score });
  }
  return places;
}

function rankBelow(better: number): number | null {
  return better < 0 ? null : better + 1;
}
