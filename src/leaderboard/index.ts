export { LeaderboardError } from './leaderboard.errors.js';
export type { LeaderboardErrorCode } from './leaderboard.errors.js';
export { LeaderboardModule } from './leaderboard.module.js';
export type { LeaderboardOptions } from './leaderboard.options.js';
export { LeaderboardService } from './leaderboard.service.js';
export type { BoardPage, PlayerRank, SubmissionAnswer } from './leaderboard.service.js';
export type {
  LeaderboardChanges,
  LeaderboardEntry,
  WatchRequest,
  WatchSnapshot,
} from './leaderboard.wire.js';
