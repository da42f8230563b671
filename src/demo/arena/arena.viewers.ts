import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { boardViewersChannel } from '../../leaderboard/index.js';
import { subscribe } from '../../telemetry/index.js';
import { ARENA } from './arena.board.js';

/** A viewer who reconnects or changes the window is absent for a moment. */
const GRACE_MS = 5_000;

/** Whether somebody watches the arena on this node. */
@Injectable()
export class ArenaViewers implements OnModuleDestroy {
  private readonly viewers = new Map<string, number>();
  private leftAt = -Infinity;
  private readonly unsubscribe = subscribe(boardViewersChannel, ({ board, window, viewers }) => {
    if (board !== ARENA) return;
    if (viewers > 0) this.viewers.set(window, viewers);
    else if (this.viewers.delete(window)) this.leftAt = performance.now();
  });

  get isWatched(): boolean {
    return this.viewers.size > 0 || performance.now() - this.leftAt < GRACE_MS;
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }
}
