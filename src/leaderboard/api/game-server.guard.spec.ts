import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { GameServerGuard } from './game-server.guard.js';
import type { LeaderboardOptions } from '../leaderboard.options.js';

function admits(gameServerKeys: string[], authorization?: string): boolean {
  const guard = new GameServerGuard({ gameServerKeys } as unknown as LeaderboardOptions);
  const request = { headers: { authorization } };
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  try {
    return guard.canActivate(context);
  } catch {
    return false;
  }
}

describe('GameServerGuard', () => {
  it('accepts each of several keys, and no other', () => {
    const keys = ['the-new-one', 'the-old-one'];
    expect(keys.map((key) => admits(keys, `Bearer ${key}`))).toEqual([true, true]);
    expect(
      ['Bearer another', 'Bearer ', 'the-new-one', undefined].map((header) => admits(keys, header)),
    ).toEqual([false, false, false, false]);
  });

  it('rejects a request without a key, even if an empty key was configured', () => {
    expect(admits([''])).toBe(false);
    expect(admits([''], 'Bearer ')).toBe(false);
  });
});
