import { Injectable } from '@nestjs/common';
import { encodeCursor, type PageCursor } from '../domain/page-cursor.js';
import type { DetailsQuery, PeriodQuery } from '../leaderboard.queries.js';
import type { AnswerPeriod } from '../leaderboard.responses.js';
import { PlayerNames } from '../players/player-names.js';
import type { BoardPeriod, Read } from './board-reader.js';
import { EntryDetailsReader } from './entry-details.js';

/** Adds to ranks what an answer has besides: names, period, details. */
@Injectable()
export class BoardAnswers {
  constructor(
    private readonly names: PlayerNames,
    private readonly details: EntryDetailsReader,
  ) {}

  async describe<Rank extends number | null>(
    found: BoardPeriod,
    { ranking, degraded }: Read<Rank>,
    { details = false }: DetailsQuery = {},
  ) {
    const { total, version, players } = ranking;
    const { board, window } = found;
    const [names, known] = await Promise.all([
      this.names.of(players.map(({ playerId }) => playerId)),
      details ? this.details.of(found, players) : [],
    ]);
    const entries = players.map(({ rank, playerId, score }, i) => {
      return { rank, playerId, name: names.get(playerId) || null, score, ...known[i] };
    });
    const page = { board: board.board, window, ...periodOf(found), total, version };
    return { ...page, ...(degraded && { degraded: true as const }), entries };
  }
}

export function periodOf({ window, period, endsAt, isPast, season }: BoardPeriod): AnswerPeriod {
  if (season !== undefined) return { period: window, endsAt, final: true, season };
  return { period, endsAt, ...(isPast && { final: true as const }) };
}

/** The cursor behind a page that begins at `offset`; null if it is the last. */
export function nextCursor(
  { board, window, period, season }: BoardPeriod,
  { ranking: { version, total, players } }: Read,
  offset: number,
): string | null {
  const end = offset + players.length;
  if (players.length === 0 || end >= total) return null;
  return encodeCursor({
    ledgerId: board.ledgerId,
    window,
    period: window === 'all' ? null : period,
    season: season ?? null,
    version,
    offset: end,
  });
}

/** Whether a page is of the cursor's board, at its version. */
export function continues(cursor: PageCursor, { board }: BoardPeriod, { ranking }: Read): boolean {
  return cursor.version === ranking.version && cursor.ledgerId === board.ledgerId;
}

/** What a cursor's page is of. */
export function periodIn({ window, period, season }: PageCursor): PeriodQuery {
  return { window, period: period ?? undefined, season: season ?? undefined };
}
