import type { Board } from '../domain/board.js';
import type { StandingsQuery } from './standings-reader.js';

/** The index on the page gives the rank. Only where scores share ranks, the players above the first one are counted. */
export function pageQuery(
  { ties }: Pick<Board, 'ties'>,
  { offset, limit }: { offset: number; limit: number },
): StandingsQuery {
  return {
    statement: `SELECT player_id, merit, sequence FROM standings WHERE board = $1 AND period = $2
                ORDER BY merit DESC, sequence OFFSET $3 LIMIT $4`,
    values: [offset, limit],
    higher: ties === 'shared' && offset > 0 ? HIGHER_THAN_FIRST : '0',
    before: '$3::bigint',
  };
}

/** Without repeated ids. One look-up in the primary key per player, for the reason that `STANDINGS_OF` has. */
export function playersQuery(playerIds: readonly string[]): StandingsQuery {
  return {
    statement: `SELECT s.* FROM unnest($3::text[]) AS asked(id), LATERAL (
      SELECT player_id, merit, sequence FROM standings
      WHERE board = $1 AND (player_id, period) >= (asked.id, $2) AND (player_id, period) <= (asked.id, $2) OFFSET 0) AS s`,
    values: [playerIds],
  };
}

/** The same with ranks. Reads the part of the index above the last of them, without the table. */
export function ranksQuery({ ties }: Pick<Board, 'ties'>, playerIds: readonly string[]): StandingsQuery {
  const { statement: own, values } = playersQuery(playerIds);
  return {
    statement: `SELECT * FROM (${own}) AS own JOIN (
      SELECT merit, sequence, rank() OVER (ORDER BY merit DESC${ties === 'first' ? ', sequence' : ''}) AS rank FROM standings
      WHERE board = $1 AND period = $2 AND merit >= (SELECT min(merit) FROM (${own}) AS own)) AS above USING (merit, sequence)`,
    values,
    rank: 'rank',
  };
}

/** Players with a higher score than the first one found. */
const HIGHER_THAN_FIRST = `SELECT count(*) FROM standings
  WHERE board = $1 AND period = $2 AND merit > (SELECT max(merit) FROM found)`;

/** Players with the score of the first one found who had it earlier. */
const EARLIER_THAN_FIRST = `SELECT count(*) FROM standings s, (SELECT merit, sequence FROM found ORDER BY merit DESC, sequence LIMIT 1) first
  WHERE s.board = $1 AND s.period = $2 AND s.merit = first.merit AND s.sequence < first.sequence`;

/** Reads all players above along the index. */
export const COUNT_ABOVE = {
  higher: HIGHER_THAN_FIRST,
  before: `(${HIGHER_THAN_FIRST}) + (${EARLIER_THAN_FIRST})`,
};

/** $3 is the player, $4 the radius. Each part reads along the index and stops at its limit. */
export const AROUND = `SELECT player_id, merit, sequence FROM (
  WITH own AS (SELECT merit, sequence FROM standings
    WHERE board = $1 AND (player_id, period) >= ($3, $2) AND (player_id, period) <= ($3, $2)),
  above AS (
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit = own.merit AND s.sequence < own.sequence ORDER BY s.sequence DESC LIMIT $4)
    UNION ALL
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit > own.merit ORDER BY s.merit, s.sequence DESC LIMIT $4)),
  below AS (
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit = own.merit AND s.sequence >= own.sequence ORDER BY s.sequence LIMIT $4 + 1)
    UNION ALL
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit < own.merit ORDER BY s.merit DESC, s.sequence LIMIT $4))
  (SELECT * FROM above ORDER BY merit, sequence DESC LIMIT $4)
  UNION ALL
  (SELECT * FROM below ORDER BY merit DESC, sequence LIMIT $4 + 1)) AS neighbours`;
