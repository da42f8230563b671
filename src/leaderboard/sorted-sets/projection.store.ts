import { Inject, Injectable } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';
import type { Board } from '../domain/board.js';
import { CompositeScore } from '../domain/composite-score.js';
import type { Period } from '../domain/periods.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import type { Progress } from '../ledger/ledger-history.js';
import type { Change } from '../ledger/ledger-replay.js';
import { type BoardKeys, leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { APPLY, PROGRESS, REMOVE, REMOVE_ENDED } from './scripts.js';

/*
 * The projection of a board (keys: leaderboard.keys.ts) is a sorted set per period, member = player id, score = composite score, 110 to
 * 125 bytes a player, and the board's state, a hash:
 *   ledger, edition   ledger id and epoch of what the sets show; sets of another are rebuilt
 *   position          the applied version
 *   mark              a checkpoint of the ledger at that version or later
 *   <period>          how many players the set of a current period has
 * One script writes all of them, so they are lost and kept together. The fields keep older names, since nodes of two releases use them
 * while an update rolls out.
 */

/** A player's rank before and after a batch. `previousRank` is null for a newcomer, and equals `rank` for a player who did not move. */
export interface RankChange {
  previousRank: number | null;
  rank: number | null;
}

/** Writes the sorted sets. Every method rejects with an EngineError if the engine fails. All writes may be repeated. */
@Injectable()
export class ProjectionStore {
  private readonly engine: RedisEngine;
  private readonly keys: LeaderboardKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.keys = leaderboardKeys(keyPrefix);
  }

  /** Calls back when the engine is connected again. It may have lost its content. */
  onReady(listener: () => void): void {
    this.engine.onReady(listener);
  }

  /** Calls back when a node has applied changes of a board. Notifications can be lost. @returns how to unsubscribe. */
  onChanged(board: string, listener: () => void): () => void {
    return this.engine.subscribe(this.keys.board(board).changed, { onMessage: listener, onLive: listener });
  }

  /** What the sets have; null if they must be rebuilt. */
  async progress(board: Board, periods: readonly Period[]): Promise<Progress | null> {
    const keys = this.keys.board(board.board);
    const args = [board.ledgerId, String(board.epoch), ...periods.map(({ name }) => name)];
    const reply = (await this.engine.run(PROGRESS, keysOf(keys, periods), args)) as [number, string?] | null;
    return reply && { appliedVersion: reply[0], checkpoint: reply[1] ?? null };
  }

  /**
   * Brings the sets to `change.to` and returns how the all-time ranks of `playerIds` changed. Returns null and writes nothing if the sets
   * have not reached `change.from`: then the ledger must be replayed first.
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
    // Nodes with viewers also read once a second, so a lost notification does no harm.
    if (change.to > change.from) this.engine.publish(keys.changed, '').catch(() => undefined);
    const [appliedVersion, checkpoint, ...better] = reply;
    const before = better.splice(0, moving.length).map(rankBelow);
    const after = better.map(rankBelow);
    const ranks = [...moving, ...staying].map((playerId, i): [string, RankChange] => {
      const rank = after[i] ?? null;
      return [playerId, { previousRank: i < moving.length ? (before[i] ?? null) : rank, rank }];
    });
    return { appliedVersion, checkpoint, ranks: new Map(ranks) };
  }

  /** Removes a player from the current sets. Returns false if they are not at the epoch and version of `before`. */
  async remove(
    before: Board,
    after: Board,
    { playerId, periods }: { playerId: string; periods: readonly Period[] },
  ): Promise<boolean> {
    const keys = this.keys.board(before.board);
    const args = [
      before.ledgerId,
      ...[before.epoch, before.version, before.checkpoint, after.epoch, after.version].map(String),
      playerId,
      ...periods.map(({ name }) => name),
    ];
    return (await this.engine.run(REMOVE, keysOf(keys, periods), args)) === 1;
  }

  /** Deletes the state and the sets of a board, and notifies nodes with viewers. */
  async delete(board: string, periods: readonly Period[]): Promise<void> {
    const keys = this.keys.board(board);
    const names = [...new Set(['all', ...periods.map(({ name }) => name)])];
    await this.engine.unlinkMany([keys.state, ...names.map((name) => keys.standings(name))]);
    this.engine.publish(keys.changed, '').catch(() => undefined);
  }

  /** Removes a player from the sets of ended periods. */
  async removeFromPeriods(
    { board }: Pick<Board, 'board'>,
    periods: readonly Period[],
    playerId: string,
  ): Promise<void> {
    const { standings } = this.keys.board(board);
    const sets = periods.map(({ name }) => standings(name));
    await Promise.all(sets.map((set) => this.engine.run(REMOVE_ENDED, [set], [playerId])));
  }
}

const ANY_CHECKPOINT = '*';
/** Sets outlive their period by a day: the engine's clock, which expires them, may be ahead of the database's. */
const DAY_SECONDS = 86_400;

/** A period and when its set expires: Unix seconds, "+" and seconds from now, or "" for never. */
export type ExpiringPeriod = Pick<Period, 'name'> & { expires: string };

export function withExpiry({ name, endsAt }: Period): ExpiringPeriod {
  return { name, expires: endsAt === null ? '' : String(endsAt + DAY_SECONDS) };
}

export function keysOf({ state, standings }: BoardKeys, periods: readonly Pick<Period, 'name'>[]): string[] {
  return [state, ...periods.map(({ name }) => standings(name))];
}

/** The arguments of scripts/apply.lua. For players who do not move one rank is enough. */
export function applyArguments(
  board: Board,
  periods: readonly ExpiringPeriod[],
  { from, to, checkpointBefore = ANY_CHECKPOINT, checkpoint, standings }: Change,
  { moving, staying }: { moving: readonly string[]; staying: readonly string[] } = {
    moving: [],
    staying: [],
  },
): string[] {
  const composite = new CompositeScore(board);
  const changesOf = (name: string) => {
    const changed = standings.filter(({ period }) => period === name);
    const members = changed.flatMap(({ playerId, score, version }) => [
      String(composite.encode(score, version)),
      playerId,
    ]);
    return [changed.map(({ version }) => version).join(), members.join('\n')];
  };
  let before: string | undefined;
  return [
    board.ledgerId,
    ...[board.epoch, from, to].map(String),
    checkpointBefore,
    checkpoint,
    slotsPerSharedRank(board),
    ...[moving.length + staying.length, moving.length].map(String),
    ...moving,
    ...staying,
    ...periods.flatMap(({ name, expires }) => {
      const changes = changesOf(name);
      const areTheSame = changes.join() === before;
      before = changes.join();
      return [name, expires, ...(areTheSame ? ['='] : changes)];
    }),
  ];
}

/** Slots per score where equal scores share a rank, else 0: scripts/ranks.lua. */
export function slotsPerSharedRank(board: Board): string {
  return board.ties === 'shared' ? String(new CompositeScore(board).slotsPerScore) : '0';
}

function rankBelow(better: number): number | null {
  return better < 0 ? null : better + 1;
}
