import type { Server } from 'node:http';
import { Global, Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LauncherClient } from './launcher.client.js';
import { ScoresController } from './scores.controller.js';
import { ServersController } from './servers.controller.js';
import { ServerEvents } from './server-events.js';
import { servedBy } from './served-by.js';
import { SERVERS_OPTIONS, type ServersOptions, ServersModuleBase } from './servers.options.js';

/** What the console needs to break the servers that `npm start` started: their list, actions, and scores to submit meanwhile. In a demo. */
@Global()
@Module({
  controllers: [ServersController, ScoresController],
  providers: [LauncherClient, ServerEvents],
  exports: [LauncherClient, ServerEvents],
})
export class ServersModule extends ServersModuleBase implements NestModule {
  constructor(
    @Inject(SERVERS_OPTIONS) private readonly options: ServersOptions,
    private readonly host: HttpAdapterHost,
  ) {
    super();
  }

  configure(consumer: MiddlewareConsumer): void {
    if (!this.options.enabled) return;
    consumer.apply(servedBy(this.host.httpAdapter.getHttpServer() as Server)).forRoutes('{*path}');
  }
}
