import { Module } from '@nestjs/common';
import { ArenaModuleBase } from './arena.options.js';
import { ArenaService } from './arena.service.js';

/** Simulated players for the leaderboard. */
@Module({ providers: [ArenaService] })
export class ArenaModule extends ArenaModuleBase {}
