import { CompositeScore } from '../domain/composite-score.js';
import type { BoardKeys } from './leaderboard.keys.js';
import type { Board } from '../ledger/board.js';
import type { Period } from '../domain/periods.js';
import type { Standing } from '../domain/standings.js';

/** Part of the ledger: what changed after `from` and up to `to`. */
export interface Change {
  from: number;
  /** The mark that the sets must have at `from`; without it they are known to be this ledger's. */
  after?: string;
  to: number;
  /** Of the ledger, at `to` or beyond. */
  mark: string;
  standings: readonly Standing[];
}

const ANY_MARK = '*';

/** A board's sets stay for a day after their period: the engine's clock, which expires them, may be ahead of the database's. */
const DAY_SECONDS = 86_400;

/** A period and when its set expires: Unix seconds, "+" and seconds from now, or never if empty. */
export type ExpiringPeriod = Pick<Period, 'name'> & { expires: string };

export function withExpiry({ name, endsAt }: Period): ExpiringPeriod {
  return { name, expires: endsAt === null ? '' : String(endsAt + DAY_SECONDS) };
}

export function keysOf({ state, standings }: BoardKeys, periods: readonly Pick<Period, 'name'>[]): string[] {
  return [state, ...periods.map(({ name }) => standings(name))];
}

/** Whose ranks are asked for: of those who stay where they are, one is enough. */
export interface Asked {
  moving: readonly string[];
  staying: readonly string[];
}

/** What the script APPLY wants to be told. */
export function applyArguments(
  board: Board,
  periods: readonly ExpiringPeriod[],
  { from, after = ANY_MARK, to, mark, standings }: Change,
  { moving, staying }: Asked = { moving: [], staying: [] },
): string[] {
  const composite = new CompositeScore(board);
  const changesOf = (name: string) => {
    const changed = standings.filter(({ period }) => period === name);
    const members = changed.flatMap(({ playerId, score, sequence }) => [
      String(composite.encode(score, sequence)),
      playerId,
    ]);
    return [String(changed.length), changed.map(({ sequence }) => sequence).join(), ...members];
  };
  let before: string | undefined;
  return [
    board.ledger,
    ...[board.edition, from, to].map(String),
    after,
    mark,
    spanOf(board),
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

/** Only boards whose equal scores share a rank need to know where a score's composites begin. */
export function spanOf(board: Board): string {
  return board.ties === 'shared' ? String(new CompositeScore(board).span) : '0';
}
