import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LeaderboardError } from '../leaderboard.errors.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';

/** Accepts game servers only: a player who could submit scores would cheat. */
@Injectable()
export class GameServerGuard implements CanActivate {
  private readonly digests: Buffer[];

  constructor(@Inject(LEADERBOARD_OPTIONS) { gameServerKeys }: LeaderboardOptions) {
    this.digests = gameServerKeys.map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<Request>().headers;
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (given !== undefined && this.isKnown(given)) return true;
    throw new LeaderboardError(
      'E_KEY_REQUIRED',
      'Only game servers write here. Send Authorization: Bearer <GAME_SERVER_KEY>.',
    );
  }

  private isKnown(given: string): boolean {
    const asked = digest(given);
    // Digests have equal lengths and every key is compared, so the time reveals nothing about the keys.
    return this.digests.filter((key) => timingSafeEqual(key, asked)).length > 0;
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
