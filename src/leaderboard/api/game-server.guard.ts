import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { BearerKeys } from '../../common/index.js';
import { LeaderboardError } from '../leaderboard.errors.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';

/** Admits game servers only: players must not submit their own scores. */
@Injectable()
export class GameServerGuard implements CanActivate {
  private readonly keys: BearerKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { gameServerKeys }: LeaderboardOptions) {
    this.keys = new BearerKeys(gameServerKeys);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.keys.accept(context.switchToHttp().getRequest<Request>().headers)) return true;
    throw new LeaderboardError(
      'E_KEY_REQUIRED',
      'Only game servers write here. Send Authorization: Bearer <GAME_SERVER_KEY>.',
    );
  }
}
