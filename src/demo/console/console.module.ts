import { Module } from '@nestjs/common';
import { ConsoleFeed } from './console-feed.js';
import { ConsoleGateway } from './console.gateway.js';
import { QueryCacheController } from './query-cache.controller.js';
import { RebuildController } from './rebuild.controller.js';

/** The operator's routes and live feed. */
@Module({ controllers: [QueryCacheController, RebuildController], providers: [ConsoleFeed, ConsoleGateway] })
export class ConsoleModule {}
