import { Global, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { Database } from '../database/index.js';
import { FlightsRepository } from '../demo/flights/flights.repository.js';
import { TextbookLeaderboardController, TextbookLeaderboardGateway } from './leaderboard.js';
import { textbookCache, TextbookFlightsController } from './query-cache.js';
import { textbookSession, TextbookSessionsController } from './sessions.js';
import { TextbookConnections } from './textbook.connections.js';
import { TextbookModuleBase } from './textbook.options.js';

/** The three use cases as the documentation of the usual packages shows them. Global, so that `textbookCache` gets its client. */
@Global()
@Module({
  imports: [textbookCache],
  controllers: [TextbookFlightsController, TextbookSessionsController, TextbookLeaderboardController],
  providers: [
    // Its own connections: 500 slow queries must not take those of the rest of the application.
    {
      provide: Database,
      inject: [TextbookConnections],
      useFactory: ({ options }: TextbookConnections) => new Database(options.database),
    },
    FlightsRepository,
    TextbookConnections,
    TextbookLeaderboardGateway,
  ],
  exports: [TextbookConnections],
})
export class TextbookModule extends TextbookModuleBase implements NestModule {
  constructor(private readonly connections: TextbookConnections) {
    super();
  }

  configure(consumer: MiddlewareConsumer): void {
    const { connections } = this;
    consumer.apply(connections.admit('cache')).forRoutes(TextbookFlightsController);
    consumer.apply(connections.admit('leaderboard')).forRoutes(TextbookLeaderboardController);
    consumer
      .apply(connections.admit('sessions'), textbookSession(connections))
      .forRoutes(TextbookSessionsController, 'textbook/flights/mine');
  }
}
