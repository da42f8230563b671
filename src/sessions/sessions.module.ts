import { Module } from '@nestjs/common';
import { SessionsController } from './sessions.controller.js';
import { SESSIONS_OPTIONS, SessionsModuleBase } from './sessions.options.js';
import { SessionsService } from './sessions.service.js';

/** Use case 1: user sessions in memory, shared by every node. */
@Module({
  controllers: [SessionsController],
  providers: [SessionsService],
  exports: [SessionsService, SESSIONS_OPTIONS],
})
export class SessionsModule extends SessionsModuleBase {}
