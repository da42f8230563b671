import { Inject, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DatabaseProvidersModule } from '../database/index.js';
import { GameServerGuard } from './api/game-server.guard.js';
import { LeaderboardErrorFilter } from './api/leaderboard-error.filter.js';
import { BoardsController } from './api/boards.controller.js';
import { CorrectionsController } from './api/corrections.controller.js';
import { LeaderboardController } from './api/leaderboard.controller.js';
import {
  LEADERBOARD_OPTIONS,
  LeaderboardModuleBase,
  type LeaderboardOptions,
} from './leaderboard.options.js';
import { LeaderboardService } from './leaderboard.service.js';
import { BatchLedger } from './ledger/batch-ledger.js';
import { DatabaseClock } from './ledger/database-clock.js';
import { LeaderboardLedger } from './ledger/leaderboard.ledger.js';
import { LedgerHistory } from './ledger/ledger-history.js';
import { LedgerReplay } from './ledger/ledger-replay.js';
import { RecordedAnswers } from './ledger/recorded-answers.js';
import { FeedUpdates } from './live/feed-updates.js';
import { LeaderboardGateway } from './live/leaderboard.gateway.js';
import { LiveFeeds } from './live/live-feeds.js';
import { EndedPeriods } from './past/ended-periods.js';
import { PastPeriods } from './past/past-periods.js';
import { Seasons } from './past/seasons.js';
import { SubmissionRetention } from './past/submission-retention.js';
import { LedgerRemoval } from './players/ledger-removal.js';
import { PlayerNames } from './players/player-names.js';
import { PlayerNamesStore } from './players/player-names.store.js';
import { PlayerProfiles } from './players/player-profiles.js';
import { PlayerRemoval } from './players/player-removal.js';
import { BoardAnswers } from './reading/board-answers.js';
import { BoardReader } from './reading/board-reader.js';
import { EntryDetailsReader } from './reading/entry-details.js';
import { LedgerRanking } from './reading/ledger-ranking.js';
import { PastRanking } from './reading/past-ranking.js';
import { StandingsReader } from './reading/standings-reader.js';
import { leaderboardCommands } from './sorted-sets/leaderboard.commands.js';
import { ProjectionStore } from './sorted-sets/projection.store.js';
import { RankingStore } from './sorted-sets/ranking.store.js';
import { RebuildStore } from './sorted-sets/rebuild.store.js';
import { RepeatedSubmissions } from './submissions/repeated-submissions.js';
import { ScoreSubmissions } from './submissions/score-submissions.js';
import { BoardAudit } from './sync/board-audit.js';
import { BoardRebuilds } from './sync/board-rebuilds.js';
import { BoardSync } from './sync/board-sync.js';

const LEDGER = [BatchLedger, DatabaseClock, LeaderboardLedger, LedgerHistory, LedgerReplay, RecordedAnswers];
const PAST = [EndedPeriods, PastPeriods, Seasons, SubmissionRetention];
const READING = [BoardAnswers, BoardReader, EntryDetailsReader, LedgerRanking, PastRanking, StandingsReader];
const SORTED_SETS = [ProjectionStore, RankingStore, RebuildStore];
const SYNC = [BoardAudit, BoardRebuilds, BoardSync];
const SUBMISSIONS = [RepeatedSubmissions, ScoreSubmissions];
const PLAYERS = [LedgerRemoval, PlayerNames, PlayerNamesStore, PlayerProfiles, PlayerRemoval];
const LIVE = [FeedUpdates, LeaderboardGateway, LiveFeeds];

/** A leaderboard with live changes on sorted sets, which follow a ledger in PostgreSQL. */
@Module({
  imports: [DatabaseProvidersModule],
  controllers: [LeaderboardController, BoardsController, CorrectionsController],
  providers: [
    { provide: APP_FILTER, useClass: LeaderboardErrorFilter },
    GameServerGuard,
    LeaderboardService,
    ...LEDGER,
    ...PAST,
    ...READING,
    ...SORTED_SETS,
    ...SYNC,
    ...SUBMISSIONS,
    ...PLAYERS,
    ...LIVE,
  ],
  exports: [LeaderboardService, LEADERBOARD_OPTIONS],
})
export class LeaderboardModule extends LeaderboardModuleBase {
  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    super();
    engine.declareCommands(leaderboardCommands(keyPrefix));
  }
}
