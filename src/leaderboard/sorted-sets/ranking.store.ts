import { Inject, Injectable } from '@nestjs/common';
import type { EngineScript, RedisEngine } from '../../engine/index.js';
import type { Board } from '../domain/board.js';
import { CompositeScore } from '../domain/composite-score.js';
import type { Period } from '../domain/periods.js';
import type { RankedPlayer, Ranking } from '../domain/ranking.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import { leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { slotsPerSharedRank } from './projection.store.js';
import { AROUND, PAGE, PLAYERS } from './scripts.js';

/**
 * Reads ranks from the sorted sets. Methods return null if the engine does not have the board as this ledger knows it, and reject with an
 * EngineError if the engine fails.
 */
@Injectable()
export class RankingStore {
  private readonly engine: RedisEngine;
  private readonly keys: LeaderboardKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.keys = leaderboardKeys(keyPrefix);
  }

  /** Players from index `offset` on. O(log N + limit). */
  async page(
    board: Board,
    period: string,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<Ranking | null> {
    const range = [offset, offset + limit - 1].map(String);
    const reply = (await this.read(PAGE, board, period, range)) as [number, number, Slice] | null;
    if (!reply) return null;
    const [version, total, slice] = reply;
    const players = playersOf(board, slice);
    return players ? { version, total, players } : this.disown(board);
  }

  /**
   * For each player the players around it, none for a player who is not ranked. O(log N + radius) each, and the engine executes no other
   * command meanwhile.
   */
  async around(
    board: Board,
    period: string,
    { playerIds, radius }: { playerIds: readonly string[]; radius: number },
  ): Promise<(Omit<Ranking, 'players'> & { around: RankedPlayer[][] }) | null> {
    const reply = await this.read(AROUND, board, period, [String(radius), ...playerIds]);
    if (!reply) return null;
    const [version, total, ...slices] = reply as [number, number, ...Slice[]];
    const around: RankedPlayer[][] = [];
    for (const slice of slices) {
      const players = playersOf(board, slice);
      if (!players) return this.disown(board);
      around.push(players);
    }
    return { version, total, around };
  }

  /** These players, best first, without those who are not ranked. */
  async players(board: Board, period: string, playerIds: readonly string[]): Promise<Ranking | null> {
    const reply = (await this.read(PLAYERS, board, period, playerIds)) as (number | string)[] | null;
    if (!reply) return null;
    const [version, total, ...answers] = reply;
    const composite = new CompositeScore(board);
    const found: { player: RankedPlayer; own: number }[] = [];
    for (const [i, playerId] of playerIds.entries()) {
      const [better, own] = [Number(answers[2 * i]), Number(answers[2 * i + 1])];
      if (better < 0) continue;
      if (!composite.has(own)) return this.disown(board);
      found.push({ player: { rank: better + 1, playerId, score: composite.decode(own) }, own });
    }
    const players = found.toSorted((one, other) => other.own - one.own).map(({ player }) => player);
    return { version: Number(version), total: Number(total), players };
  }

  /** The applied version of a board, null if it has none, and the size of its sets: 0 bytes if the server refuses MEMORY USAGE. */
  async measure({ board }: Pick<Board, 'board'>, periods: readonly Period[]) {
    const { state, standings } = this.keys.board(board);
    const measureSet = async ({ window, name }: Period) => {
      const key = standings(name);
      const [players, bytes] = await Promise.all([
        this.engine.call(key, (client) => client.zCard(key)),
        this.engine.allows('MEMORY USAGE')
          ? this.engine.call(key, (client) => client.memoryUsage(key))
          : null,
      ]);
      return { window, players, bytes: bytes ?? 0 };
    };
    const [version, ...sets] = await Promise.all([
      this.engine.call(state, (client) => client.hGet(state, 'position')),
      ...periods.map(measureSet),
    ]);
    return { appliedVersion: version === null ? null : Number(version), sets };
  }

  /** Sets with members that this board cannot have belong to no ledger: the next reader rebuilds the board. Its version stays. */
  private async disown({ board }: Board): Promise<null> {
    const { state } = this.keys.board(board);
    await this.engine.call(state, (client) => client.hSet(state, 'ledger', ''));
    return null;
  }

  private read(
    script: EngineScript,
    board: Board,
    period: string,
    args: readonly string[],
  ): Promise<unknown> {
    const { state, standings } = this.keys.board(board.board);
    const keys = [state, standings(period)];
    return this.engine.run(script, keys, [board.ledgerId, period, slotsPerSharedRank(board), ...args]);
  }
}

/** No player's id is empty or has control characters, see names.ts. */
const INVALID_ID = /^$|\p{Cc}/u;

/** The index of the first player, how many are better than it, then id and composite score of each. */
type Slice = [first: number, better: number, members: string[]] | [];

/** Null if there are members that this board cannot have. */
function playersOf(board: Board, [first = 0, better = 0, members = []]: Slice): RankedPlayer[] | null {
  const composite = new CompositeScore(board);
  const players: RankedPlayer[] = [];
  let rank = better + 1;
  for (let i = 0; i < members.length; i += 2) {
    const own = Number(members[i + 1]);
    if (!composite.has(own) || INVALID_ID.test(String(members[i]))) return null;
    const score = composite.decode(own);
    const sharesRank = board.ties === 'shared' && (i === 0 || players.at(-1)?.score === score);
    if (!sharesRank) rank = first + i / 2 + 1;
    players.push({ rank, playerId: String(members[i]), score });
  }
  return players;
}
