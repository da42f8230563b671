import { Module } from '@nestjs/common';
import { ArenaBoard } from './arena.board.js';
import { ArenaController } from './arena.controller.js';
import { ArenaRepository } from './arena.repository.js';
import { ArenaService } from './arena.service.js';
import { ArenaViewers } from './arena.viewers.js';
import { TextbookMirror } from './textbook-mirror.js';

/** Simulated players for the leaderboard, and their controls. */
@Module({
  controllers: [ArenaController],
  providers: [ArenaBoard, ArenaRepository, ArenaService, ArenaViewers, TextbookMirror],
})
export class ArenaModule {}
