import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { boardViewersChannel } from '../../leaderboard/index.js';
import { subscribe } from '../../telemetry/index.js';
import { ARENA, LEVELS } from './arena.board.js';

/** A viewer who reconnects or changes the window is absent for a moment. */
const GRACE_MS = 5_000;

/** Whether somebody watches a board of the arena on this node. */
@Injectable()
export class ArenaViewers implements OnModuleDestroy {
  private readonly viewers = new Map<string, number>();
  private leftAt = -Infinity;
  private readonly unsubscribe = subscribe(boardViewersChannel, ({ board, window, viewers }) => {
    if (board !== ARENA && board !== LEVELS) return;
    const name = `${board}:${window}`;
    if (viewers > 0) this.viewers.set(name, viewers);
    else if (this.viewers.delete(name)) this.leftAt = performance.now();
  });

  get isWatched(): boolean {
    return this.viewers.size > 0 || performance.now() - this.leftAt < GRACE_MS;
  }

  get isLevelsWatched(): boolean {
    return [...this.viewers.keys()].some((name) => name.startsWith(LEVELS));
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }
}
