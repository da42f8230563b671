import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { requireExpress } from '../common/index.js';
import { DevicesService } from './request/devices.service.js';
import { GuestsService } from './request/guests.service.js';
import { SessionMiddleware } from './request/session-middleware.js';
import { SignInService } from './request/sign-in.service.js';
import { SessionSockets } from './sockets/session-sockets.js';
import { sessionCommands } from './records/sessions.commands.js';
import { SessionErrorFilter } from './api/session-error.filter.js';
import { SessionDataController } from './api/session-data.controller.js';
import { SessionsController } from './api/sessions.controller.js';
import { SessionsGateway } from './sockets/sessions.gateway.js';
import { SESSIONS_OPTIONS, type SessionsOptions, SessionsModuleBase } from './sessions.options.js';
import { SessionsService } from './request/sessions.service.js';
import { SessionsStore } from './store/sessions.store.js';

/** Use case 1: user sessions in Redis or Valkey, shared by every node and by websockets. Register it with `forRootAsync`. */
@Module({
  controllers: [SessionsController, SessionDataController],
  providers: [
    { provide: APP_FILTER, useClass: SessionErrorFilter },
    DevicesService,
    GuestsService,
    SessionMiddleware,
    SessionsGateway,
    SessionsService,
    SessionSockets,
    SignInService,
    {
      provide: SessionsStore,
      inject: [SESSIONS_OPTIONS],
      useFactory: (options: SessionsOptions) => new SessionsStore(options),
    },
  ],
  exports: [SessionsService],
})
export class SessionsModule extends SessionsModuleBase implements OnModuleInit {
  constructor(
    @Inject(SESSIONS_OPTIONS) { engine, keyPrefix }: SessionsOptions,
    private readonly host: HttpAdapterHost,
  ) {
    super();
    engine.declareCommands(sessionCommands(keyPrefix));
  }

  /** express-session needs Express. */
  onModuleInit(): void {
    requireExpress('SessionsModule', this.host);
  }
}
