import { Module } from '@nestjs/common';
import { GameServerGuard } from './api/game-server.guard.js';
import { LeaderboardAudit } from './sync/board-audit.js';
import { LeaderboardController } from './api/leaderboard.controller.js';
import { LeaderboardForgetting } from './players/player-removal.js';
import { LeaderboardGateway } from './live/leaderboard.gateway.js';
import { LeaderboardLedger } from './ledger/leaderboard.ledger.js';
import { LEADERBOARD_OPTIONS, LeaderboardModuleBase } from './leaderboard.options.js';
import { LeaderboardProjection } from './sync/board-sync.js';
import { LeaderboardPush } from './live/live-feeds.js';
import { LeaderboardRebuilds } from './sync/board-rebuilds.js';
import { LeaderboardService } from './leaderboard.service.js';
import { LeaderboardStore } from './sorted-sets/sorted-sets.store.js';
import { LeaderboardSubmissions } from './submissions/score-submissions.js';
import { LedgerAnswers } from './ledger/recorded-answers.js';
import { LedgerClock } from './ledger/database-clock.js';
import { LedgerForgetting } from './ledger/remove-player.js';
import { LedgerHistory } from './ledger/ledger-history.js';
import { LedgerPlacesReader } from './ledger/ledger-ranking.js';
import { LedgerProfiles } from './players/player-profiles.js';
import { PlayerNames } from './players/player-names.js';
import { PlayerNamesStore } from './players/player-names.store.js';
import { RebuildStore } from './sorted-sets/rebuild.store.js';

/** Use case 3: a sorted-set leaderboard with live changes, its ledger in PostgreSQL. */
@Module({
  controllers: [LeaderboardController],
  providers: [
    GameServerGuard,
    LeaderboardAudit,
    LeaderboardForgetting,
    LeaderboardGateway,
    LeaderboardLedger,
    LeaderboardProjection,
    LeaderboardPush,
    LeaderboardRebuilds,
    LeaderboardService,
    LeaderboardStore,
    LeaderboardSubmissions,
    LedgerAnswers,
    LedgerClock,
    LedgerForgetting,
    LedgerHistory,
    LedgerPlacesReader,
    LedgerProfiles,
    PlayerNames,
    PlayerNamesStore,
    RebuildStore,
  ],
  exports: [LeaderboardService, LEADERBOARD_OPTIONS],
})
export class LeaderboardModule extends LeaderboardModuleBase {}
