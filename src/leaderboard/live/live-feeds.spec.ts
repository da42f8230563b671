import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../engine/index.js';
import { LeaderboardPush } from './live-feeds.js';
import type { BoardTop } from '../leaderboard.responses.js';
import type { LeaderboardService } from '../leaderboard.service.js';
import type { LeaderboardStore } from '../sorted-sets/sorted-sets.store.js';
import type { OwnPlace } from './leaderboard.wire.js';
import type { Viewer } from './feed.js';

const BOARD = 'arena';

const scoreIn = (period: string) => Number(period.split(':')[1]);

/** A board whose engine is as slow, or as far behind its ledger, as the test wants. */
function fakeBoard() {
  const board = {
    version: 1,
    ledger: 1,
    period: 'daily:1',
    degraded: false,
    name: null as string | null,
    tops: 0,
  };
  const sent: number[] = [];
  const asked: (readonly string[])[] = [];
  let answerOwnPlaces: (() => void) | undefined;
  let announce: () => void = () => undefined;
  const leaderboard: Pick<LeaderboardService, 'top' | 'newestVersion' | 'ownPlaces'> = {
    newestVersion: async () => board.ledger,
    top: async (_board, _window, { from = 0 }): Promise<BoardTop> => {
      board.tops++;
      if (board.version < from) throw new EngineError('failed', 'behind');
      const { version, period, degraded, name } = board;
      const entries = [{ rank: 1, playerId: 'p1', name, score: scoreIn(period) }];
      return { version, period, ties: 'first', degraded, entries };
    },
    ownPlaces: async (_board, _window, { playerIds }) => {
      asked.push(playerIds);
      const isSnapshot = playerIds.length === 1;
      if (!isSnapshot) await new Promise<void>((resolve) => (answerOwnPlaces = resolve));
      const place: OwnPlace = {
        rank: 1,
        score: scoreIn(board.period),
        neighbours: [],
        version: board.version,
      };
      const places = new Map(playerIds.map((playerId) => [playerId, place]));
      return { version: board.version, places };
    },
  };
  const store = {
    onAnnounced: (_board: string, listener: () => void) => {
      announce = listener;
      return () => undefined;
    },
  };
  const push = new LeaderboardPush(leaderboard as LeaderboardService, store as unknown as LeaderboardStore);
  const notices: boolean[] = [];
  push.sendTo({
    changes: (_room, { version }) => sent.push(version),
    degraded: (_room, { degraded }) => notices.push(degraded),
  });
  return {
    push,
    board,
    sent,
    notices,
    asked,
    answerOwnPlaces: () => answerOwnPlaces?.(),
    change: (version: number) => {
      Object.assign(board, { version, ledger: version });
      announce();
    },
  };
}

const watch = (push: LeaderboardPush, playerId?: string) => {
  const viewer = { own: vi.fn<Viewer['own']>() };
  const request = { board: BOARD, window: 'all', top: 10, playerId } as const;
  return push.watch(request, viewer, () => undefined).then(() => viewer);
};

describe('LeaderboardPush', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes on with changes while own places are slow, and asks for these together', async () => {
    const { push, sent, asked, answerOwnPlaces, change } = fakeBoard();
    const players = Array.from({ length: 150 }, (_, i) => `p${i}`);
    const watches = players.map((playerId) => watch(push, playerId));
    await vi.advanceTimersByTimeAsync(100);
    const viewers = await Promise.all(watches);
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    for (const version of [2, 3, 4]) {
      change(version);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(sent).toEqual([2, 3, 4]);
    expect(asked.map(({ length }) => length)).toEqual([100]);
    answerOwnPlaces();
    await vi.advanceTimersByTimeAsync(0);
    answerOwnPlaces();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(({ length }) => length)).toEqual([100, 50]);
    for (const { own } of viewers) expect(own).toHaveBeenCalledOnce();
    push.onModuleDestroy();
  });

  it('does not begin with a version that a viewer may have seen the successor of', async () => {
    const { push, board } = fakeBoard();
    board.ledger = 2;
    await expect(watch(push)).rejects.toBeInstanceOf(EngineError);
    board.version = 2;
    await watch(push);
    push.onModuleDestroy();
  });

  it('lets a viewer in with a version that other nodes may have shown already, and asks once for many', async () => {
    const { push, board, sent } = fakeBoard();
    await watch(push);
    Object.assign(board, { version: 9, ledger: 9, tops: 0 });
    const versions: number[] = [];
    const late = Array.from({ length: 20 }, () =>
      push.watch(
        { board: BOARD, window: 'all', top: 10 },
        { own: () => undefined },
        ({ version }) => versions.push(version),
      ),
    );
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(late);
    expect(new Set(versions)).toEqual(new Set([9]));
    // The first viewer's read, and one for all others.
    expect([board.tops, sent]).toEqual([2, [9]]);
    push.onModuleDestroy();
  });

  it('lets nobody in while the engine is behind what other nodes may have shown', async () => {
    const { push, board } = fakeBoard();
    await watch(push);
    board.ledger = 9;
    const refused = watch(push).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await refused).toBeInstanceOf(EngineError);
    push.onModuleDestroy();
  });

  it('tells viewers of a day that begins anew, though the version stays', async () => {
    const { push, board, sent } = fakeBoard();
    const { own } = await watch(push, 'p1');
    board.period = 'daily:2';
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([board.version]);
    expect(own).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
    expect(own).toHaveBeenCalledOnce();
    push.onModuleDestroy();
  });

  it('reads a board that does not change once a second, however many watch it', async () => {
    const { push, board } = fakeBoard();
    const watches = Array.from({ length: 50 }, () => watch(push));
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(watches);
    // One read opens the board, one is for the second viewer, and one for all that arrived during that.
    expect(board.tops).toBe(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(board.tops).toBe(13);
    push.onModuleDestroy();
  });

  it('sends what changed without a new version within a second, and once', async () => {
    const { push, board, sent } = fakeBoard();
    await watch(push);
    board.name = 'Ada';
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([board.version]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
    push.onModuleDestroy();
  });

  it('gives each viewer a snapshot that was read after its request', async () => {
    const { push, board } = fakeBoard();
    await watch(push);
    board.name = 'Ada';
    const request = { board: BOARD, window: 'all', top: 10 } as const;
    const names: unknown[] = [];
    const late = push.watch(request, { own: () => undefined }, ({ entries }) => names.push(entries[0]?.name));
    await vi.advanceTimersByTimeAsync(100);
    await late;
    expect(names).toEqual(['Ada']);
    push.onModuleDestroy();
  });

  it('reports once that the ledger answers, and once that the engine answers again', async () => {
    const { push, board, sent, notices } = fakeBoard();
    await watch(push);
    Object.assign(board, { degraded: true, version: 2, ledger: 2 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect([notices, sent]).toEqual([[true], [2]]);
    board.degraded = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect([notices, sent]).toEqual([[true, false], [2]]);
    push.onModuleDestroy();
  });
});
