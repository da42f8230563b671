import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LeaderboardError } from './leaderboard.errors.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from './leaderboard.options.js';

/** Lets in game servers only: a player who could submit scores would. */
@Injectable()
export class GameServerGuard implements CanActivate {
  private readonly digests: Buffer[];

  constructor(@Inject(LEADERBOARD_OPTIONS) { gameServerKeys }: LeaderboardOptions) {
    this.digests = gameServerKeys.map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<Request>().headers;
    const given = digest(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
    // Digests are of equal length, and every key is compared: the time says nothing about the keys.
    const matches = this.digests.filter((key) => timingSafeEqual(key, given));
    if (matches.length > 0) return true;
    throw new LeaderboardError(
      'E_KEY_REQUIRED',
      'Only game servers write here. Send Authorization: Bearer <GAME_SERVER_KEY>.',
    );
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
