import { Module } from '@nestjs/common';
import { GameServerGuard } from './game-server.guard.js';
import { LeaderboardAudit } from './leaderboard.audit.js';
import { LeaderboardController } from './leaderboard.controller.js';
import { LeaderboardForgetting } from './leaderboard.forgetting.js';
import { LeaderboardGateway } from './leaderboard.gateway.js';
import { LeaderboardLedger } from './leaderboard.ledger.js';
import { LEADERBOARD_OPTIONS, LeaderboardModuleBase } from './leaderboard.options.js';
import { LeaderboardProjection } from './leaderboard.projection.js';
import { LeaderboardPush } from './leaderboard.push.js';
import { LeaderboardRebuilds } from './leaderboard.rebuilds.js';
import { LeaderboardService } from './leaderboard.service.js';
import { LeaderboardStore } from './leaderboard.store.js';
import { LeaderboardSubmissions } from './leaderboard.submissions.js';
import { LedgerAnswers } from './ledger/ledger-answers.js';
import { LedgerClock } from './ledger/ledger-clock.js';
import { LedgerForgetting } from './ledger/ledger-forgetting.js';
import { LedgerHistory } from './ledger/ledger-history.js';
import { LedgerPlacesReader } from './ledger/ledger-places.js';
import { LedgerProfiles } from './ledger/ledger-profiles.js';
import { PlayerNames } from './player-names.js';
import { PlayerNamesStore } from './player-names.store.js';
import { RebuildStore } from './rebuild.store.js';

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
