export { submissionAnswer } from './api/leaderboard.answers.js';
export {
  boardEventChannel,
  boardSizeChannel,
  boardViewersChannel,
  refusedMessageChannel,
} from './leaderboard.channel.js';
export type { BoardEvent, BoardSize, BoardViewers, RefusedMessage } from './leaderboard.channel.js';
export { LeaderboardError } from './leaderboard.errors.js';
export type { LeaderboardErrorCode } from './leaderboard.errors.js';
export { LeaderboardModule } from './leaderboard.module.js';
export type { LeaderboardOptions } from './leaderboard.options.js';
export { LeaderboardService } from './leaderboard.service.js';
export type {
  Adjustment,
  AdjustmentAnswer,
  AnswerPeriod,
  BoardPage,
  BoardPlaces,
  BoardTop,
  FriendEntry,
  PageEntry,
  PlayerRank,
  RankedEntry,
} from './leaderboard.responses.js';
export type {
  DetailsQuery,
  EntryDetails,
  NeighboursQuery,
  PageQuery,
  PeriodQuery,
  RemovalOptions,
} from './leaderboard.queries.js';
export type { PastPeriod } from './past/past-periods.js';
export type { Season } from './past/seasons.js';
export type { SubmissionAnswer } from './submissions/score-submissions.js';
export type { BoardDefinition, BoardWindow, Metadata, Submission } from './domain/board.js';
export type {
  DegradedBoard,
  DeletedBoard,
  LeaderboardChanges,
  LeaderboardEntry,
  OwnPlace,
  OwnPlaceChanged,
  WatchRequest,
  WatchSnapshot,
} from './live/leaderboard.wire.js';

export { boardParameterSchema } from './api/leaderboard.schemas.js';
