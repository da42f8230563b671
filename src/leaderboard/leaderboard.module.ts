import { Module } from '@nestjs/common';
import { GameServerGuard } from './game-server.guard.js';
import { LeaderboardController } from './leaderboard.controller.js';
import { LeaderboardGateway } from './leaderboard.gateway.js';
import { LeaderboardLedger } from './leaderboard.ledger.js';
import { LEADERBOARD_OPTIONS, LeaderboardModuleBase } from './leaderboard.options.js';
import { LeaderboardProjection } from './leaderboard.projection.js';
import { LeaderboardPush } from './leaderboard.push.js';
import { LeaderboardService } from './leaderboard.service.js';
import { LeaderboardStore } from './leaderboard.store.js';

/** Use case 3: a sorted-set leaderboard with live changes, its ledger in PostgreSQL. */
@Module({
  controllers: [LeaderboardController],
  providers: [
    GameServerGuard,
    LeaderboardGateway,
    LeaderboardLedger,
    LeaderboardProjection,
    LeaderboardPush,
    LeaderboardService,
    LeaderboardStore,
  ],
  exports: [LeaderboardService, LEADERBOARD_OPTIONS],
})
export class LeaderboardModule extends LeaderboardModuleBase {}
