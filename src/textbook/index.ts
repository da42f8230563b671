export { TextbookLeaderboardController, TextbookLeaderboardGateway } from './leaderboard.js';
export { TextbookModule } from './textbook.module.js';
export type { TextbookOptions } from './textbook.options.js';
