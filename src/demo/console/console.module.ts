import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { BurstController } from './burst/burst.controller.js';
import { BurstService } from './burst/burst.service.js';
import { ClaimsController } from './claims/claims.controller.js';
import { ClaimsService } from './claims/claims.service.js';
import { ConsoleFeed } from './console-feed.js';
import { ConsoleGateway } from './console.gateway.js';
import { NodeActivityCounter } from './node-activity.counter.js';
import { QueryCacheController } from './query-cache.controller.js';
import { RebuildController } from './rebuild.controller.js';
import { serverTime } from './server-time.js';
import { StoredSessionController } from './stored-session.controller.js';

/** `npm run load` and `npm run lab` save their reports there. */
const claims = { provide: ClaimsService, useFactory: () => new ClaimsService('.data') };

/** The operator's routes and live feed. */
@Module({
  controllers: [
    QueryCacheController,
    RebuildController,
    BurstController,
    StoredSessionController,
    ClaimsController,
  ],
  providers: [ConsoleFeed, ConsoleGateway, NodeActivityCounter, BurstService, claims],
})
export class ConsoleModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(serverTime).forRoutes('textbook/flights{/*path}');
  }
}
