import { Global, Module } from '@nestjs/common';
import { LauncherClient } from './launcher.client.js';
import { ScoresController } from './scores.controller.js';
import { ServersController } from './servers.controller.js';
import { ServersModuleBase } from './servers.options.js';

/** What the console needs to break the servers that `npm start` started: their list, actions, and scores to submit meanwhile. */
@Global()
@Module({
  controllers: [ServersController, ScoresController],
  providers: [LauncherClient],
  exports: [LauncherClient],
})
export class ServersModule extends ServersModuleBase {}
