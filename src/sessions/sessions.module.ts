import { Module } from '@nestjs/common';
import { DevicesService } from './devices.service.js';
import { SessionSockets } from './session-sockets.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsGateway } from './sessions.gateway.js';
import { SESSIONS_OPTIONS, type SessionsOptions, SessionsModuleBase } from './sessions.options.js';
import { SessionsService } from './sessions.service.js';
import { SessionsStore } from './sessions.store.js';

/** Use case 1: user sessions in memory, shared by every node and by websockets. */
@Module({
  controllers: [SessionsController],
  providers: [
    DevicesService,
    SessionsGateway,
    SessionsService,
    SessionSockets,
    {
      provide: SessionsStore,
      inject: [SESSIONS_OPTIONS],
      useFactory: (options: SessionsOptions) => new SessionsStore(options),
    },
  ],
  exports: [SessionsService],
})
export class SessionsModule extends SessionsModuleBase {}
