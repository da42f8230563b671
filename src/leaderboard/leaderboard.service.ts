import { Injectable } from '@nestjs/common';
import type { BoardDefinition, BoardWindow, Submission } from './domain/board.js';
import { decodeCursor } from './domain/page-cursor.js';
import { adjustmentArgument, checked, submissionArguments } from './domain/submission.schemas.js';
import { unknownBoard, unknownPlayer, unrankedPlayer, versionGone } from './leaderboard.errors.js';
import type { NeighboursQuery, PageQuery, PeriodQuery, RemovalOptions } from './leaderboard.queries.js';
import {
  type Adjustment,
  type AdjustmentAnswer,
  type BoardPage,
  type BoardPlaces,
  type BoardTop,
  describeBoard,
  friendsIn,
  ownPlacesIn,
  type PlayerRank,
} from './leaderboard.responses.js';
import { LeaderboardLedger } from './ledger/leaderboard.ledger.js';
import type { OwnPlace } from './live/leaderboard.wire.js';
import { type PastPeriod, PastPeriods } from './past/past-periods.js';
import { type Season, Seasons } from './past/seasons.js';
import { PlayerNames } from './players/player-names.js';
import { type PlayerProfile, PlayerProfiles } from './players/player-profiles.js';
import { PlayerRemoval } from './players/player-removal.js';
import { BoardAnswers, continues, nextCursor, periodIn, periodOf } from './reading/board-answers.js';
import { BoardReader } from './reading/board-reader.js';
import { RankingStore } from './sorted-sets/ranking.store.js';
import { ScoreSubmissions, type SubmissionAnswer } from './submissions/score-submissions.js';
import { BoardSync } from './sync/board-sync.js';
import { boardIsRebuilt } from './sync/outages.js';

/** The leaderboard. Scores go to the ledger first, then to the sorted sets. Ranks come from the sorted sets, or from the ledger in an outage. */
@Injectable()
export class LeaderboardService {
  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly reader: BoardReader,
    private readonly past: PastPeriods,
    private readonly closedSeasons: Seasons,
    private readonly ranking: RankingStore,
    private readonly sync: BoardSync,
    private readonly submissions: ScoreSubmissions,
    private readonly answers: BoardAnswers,
    private readonly names: PlayerNames,
    private readonly profiles: PlayerProfiles,
    private readonly removal: PlayerRemoval,
  ) {}

  /** Creates a board, or confirms an equal one. @throws {LeaderboardError} E_BOARD_EXISTS if its definition differs. */
  async defineBoard(board: string, definition: BoardDefinition) {
    return describeBoard(await this.ledger.defineBoard(board, definition));
  }

  /** All boards with their definitions and numbers of players. */
  async list() {
    return (await this.ledger.boards()).map(describeBoard);
  }

  /** Accepts submissions atomically. They are durable then; ranks are null if the sorted sets could not be updated yet. @throws {InvalidInputError} */
  async submit(board: string, submissions: Submission[]): Promise<SubmissionAnswer[]> {
    return this.submissions.submit(board, checked(submissionArguments, submissions));
  }

  /** The ended days, weeks and months that can be read, the newest first. */
  async periods(board: string): Promise<{ board: string; periods: PastPeriod[] }> {
    return { board, periods: await this.past.list(board) };
  }

  /** The closed seasons, the newest first. */
  async seasons(board: string): Promise<{ board: string; seasons: Season[] }> {
    return { board: (await this.ledger.board(board)).board, seasons: await this.closedSeasons.list(board) };
  }

  /**
   * Closes the running season, that is all scores since the last one, and begins an empty one. Each submission counts in one of them. Days,
   * weeks and months go on.
   *
   * @throws {LeaderboardError} E_SEASON_EXISTS
   */
  async closeSeason(board: string, season: string): Promise<Season & { board: string }> {
    const closed = await this.submissions.between(board, () => this.closedSeasons.close(board, season));
    await this.sync.catchUpNowOrLater(board);
    return { board, ...closed };
  }

  /** Deletes a board with all that it has. @throws {EngineError} if the engine is unreachable: it may keep the sorted sets. Call it again. */
  async deleteBoard(board: string): Promise<void> {
    const deleted = await this.ledger.deleteBoard(board);
    // Also of a board that is unknown: then this completes an earlier call.
    await this.sync.forget(board, deleted);
    if (!deleted) throw unknownBoard(board);
  }

  /** A page of a board, best first. @throws {LeaderboardError} E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, as all reads */
  async page(name: string, { offset, limit, details, after, ...when }: PageQuery): Promise<BoardPage> {
    const cursor = after === undefined ? null : decodeCursor(after);
    const found = await this.reader.find(name, cursor ? periodIn(cursor) : when);
    const begin = cursor?.offset ?? offset;
    const read = await this.reader.page(found, { offset: begin, limit });
    if (cursor && !continues(cursor, found, read)) throw versionGone(name);
    return {
      ...(await this.answers.describe(found, read, { details })),
      next: nextCursor(found, read, begin),
    };
  }

  /**
   * The first `limit` entries of what `page` answers, at version `from` or later.
   *
   * @throws {EngineError} if neither the engine nor the ledger has reached that version
   */
  async top(
    name: string,
    window: BoardWindow,
    { limit, from = 0 }: { limit: number; from?: number },
  ): Promise<BoardTop> {
    const found = await this.reader.find(name, { window });
    const page = await this.answers.describe(
      found,
      await this.reader.page(found, { offset: 0, limit, from }),
    );
    if (page.version < from) throw boardIsRebuilt(name);
    const { version, period, endsAt, entries, degraded = false } = page;
    const { ledgerId, ties } = found.board;
    return { ledgerId, version, period, endsAt, ties, degraded, entries };
  }

  /** The ledger's version of a board. No viewer on any node has seen a later one. */
  async newestVersion(name: string): Promise<number> {
    return (await this.ledger.board(name)).version;
  }

  /** Ranks and neighbours of these players for viewers, without unranked players. @throws {EngineError} in an outage */
  async ownPlaces(
    name: string,
    window: BoardWindow,
    { playerIds: given, radius }: { playerIds: readonly string[]; radius: number },
  ): Promise<{ version: number; places: Map<string, OwnPlace> }> {
    const playerIds = [...given];
    const found = await this.reader.find(name, { window });
    const answer = await this.ranking.around(found.board, found.period, { playerIds, radius });
    if (!answer) throw boardIsRebuilt(name);
    const { version, total, around } = answer;
    const ranking = { version, total, players: around.flat() };
    const { entries } = await this.answers.describe(found, { ranking, degraded: false });
    return { version, places: ownPlacesIn(playerIds, around, { version, entries }) };
  }

  /** Rank, score and percentile of a player. @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async rankOf(
    name: string,
    window: BoardWindow,
    playerId: string,
    when: Omit<PeriodQuery, 'window'> = {},
  ): Promise<PlayerRank> {
    const found = await this.reader.find(name, { window, ...when });
    const { ranking, degraded } = await this.reader.players(found, [playerId]);
    const { total, players } = ranking;
    const [player] = players;
    if (!player) throw unrankedPlayer(name, playerId);
    const { rank, score } = player;
    const percentile = rank === null ? null : (100 * (total - rank + 1)) / total;
    return {
      rank,
      score,
      percentile,
      total,
      ...periodOf(found),
      ...(degraded && { degraded: true as const }),
    };
  }

  /** A player and the players just above and below. @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async neighbours(
    name: string,
    playerId: string,
    { radius, details, ...when }: NeighboursQuery,
  ): Promise<BoardPlaces> {
    const found = await this.reader.find(name, when);
    const read = await this.reader.around(found, { playerId, radius });
    if (read.ranking.players.length === 0) throw unrankedPlayer(name, playerId);
    return this.answers.describe(found, read, { details });
  }

  /** Friends: those of these players who are ranked, best first. */
  async ranks(
    name: string,
    window: BoardWindow,
    playerIds: readonly string[],
    when: Omit<PeriodQuery, 'window'> = {},
  ) {
    const asked = [...new Set(playerIds)];
    const found = await this.reader.find(name, { window, ...when });
    const { ranking, degraded } = await this.reader.players(found, asked);
    const answer = { board: name, window, ...periodOf(found), ...(degraded && { degraded: true as const }) };
    return { ...answer, entries: friendsIn(found.board, ranking.players) };
  }

  /** A player's name and country. @throws {LeaderboardError} E_PLAYER_UNKNOWN */
  async profile(playerId: string): Promise<PlayerProfile & { playerId: string }> {
    const profile = await this.profiles.find(playerId);
    if (!profile) throw unknownPlayer(playerId);
    return { playerId, ...profile };
  }

  /** Stores a player's name and country. */
  saveProfile(playerId: string, profile: PlayerProfile): Promise<void> {
    return this.names.save(playerId, profile);
  }

  /**
   * Corrects a player's score: adds `by` to it, in all windows in which the player has one. The total of `all` must be within the board's
   * bounds, shorter windows stop at them. `by` may be outside. A repeat of the same id has no effect.
   *
   * @throws {LeaderboardError | InvalidInputError} E_PLAYER_NOT_RANKED, E_SCORE_OUT_OF_BOUNDS, E_SUBMISSION_CONFLICT, E_INVALID
   */
  async adjust(board: string, playerId: string, adjustment: Adjustment): Promise<AdjustmentAnswer> {
    const { adjustmentId, by, reason } = checked(adjustmentArgument, { ...adjustment, playerId });
    const submission = { submissionId: adjustmentId, playerId, score: by, reason };
    const [answer] = await this.submissions.submit(board, [submission]);
    const { submissionId: _id, ...place } = answer as SubmissionAnswer;
    return { adjustmentId, ...place };
  }

  /** Removes a player from one board, and bans the player there if wanted. @throws {EngineError} as `removePlayer`, {InvalidInputError} */
  removeFromBoard(board: string, playerId: string, options?: RemovalOptions): Promise<void> {
    return this.removal.removeFrom(board, playerId, options);
  }

  /** Lets a banned player submit again. */
  async liftBan(board: string, playerId: string): Promise<void> {
    await this.ledger.board(board);
    await this.removal.liftBan(board, playerId);
  }

  /** Removes a player from all boards, with the profile. @throws {EngineError} if the engine is unreachable; then call it again. */
  removePlayer(playerId: string): Promise<void> {
    return this.removal.remove(playerId);
  }

  /** Starts to rebuild a board from the ledger. Readers see the present sorted sets until that is done. */
  async rebuild(board: string): Promise<void> {
    await this.ledger.board(board);
    this.sync.rebuildInBackground(board);
  }
}
