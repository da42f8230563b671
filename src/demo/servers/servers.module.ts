import { Module } from '@nestjs/common';
import { LauncherClient } from './launcher.client.js';
import { ServersController } from './servers.controller.js';
import { ServersModuleBase } from './servers.options.js';

/** Lists and controls the servers that `npm start` started. */
@Module({ controllers: [ServersController], providers: [LauncherClient] })
export class ServersModule extends ServersModuleBase {}
