import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../engine/index.js';
import type { BoardTop } from '../leaderboard.responses.js';
import type { LeaderboardService } from '../leaderboard.service.js';
import type { ProjectionStore } from '../sorted-sets/projection.store.js';
import { FeedUpdates } from './feed-updates.js';
import type { Viewer } from './feed.js';
import type { OwnPlace } from './leaderboard.wire.js';
import { LiveFeeds } from './live-feeds.js';

const BOARD = 'arena';

const scoreIn = (period: string) => Number(period.split(':')[1]);

/** A board whose engine is as slow, or as far behind its ledger, as the test needs. */
function fakeBoard() {
  const board = {
    version: 1,
    ledger: 1,
    period: 'daily:1',
    degraded: false,
    name: null as string | null,
    tops: 0,
    versions: 0,
  };
  const sent: number[] = [];
  const reads: (readonly string[])[] = [];
  let answerOwnPlaces: (() => void) | undefined;
  let publish: () => void = () => undefined;
  const leaderboard: Pick<LeaderboardService, 'top' | 'newestVersion' | 'ownPlaces'> = {
    newestVersion: async () => {
      board.versions++;
      return board.ledger;
    },
    top: async (_board, _window, { from = 0 }): Promise<BoardTop> => {
      board.tops++;
      if (board.version < from) throw new EngineError('failed', 'behind');
      const { version, period, degraded, name } = board;
      const entries = [{ rank: 1, playerId: 'p1', name, score: scoreIn(period) }];
      return { ledgerId: BOARD, version, period, endsAt: null, ties: 'first', degraded, entries };
    },
    ownPlaces: async (_board, _window, { playerIds }) => {
      reads.push(playerIds);
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
    onChanged: (_board: string, listener: () => void) => {
      publish = listener;
      return () => undefined;
    },
  };
  const updates = new FeedUpdates(leaderboard as LeaderboardService);
  const feeds = new LiveFeeds(
    leaderboard as LeaderboardService,
    store as unknown as ProjectionStore,
    updates,
  );
  const notices: boolean[] = [];
  const rooms: string[] = [];
  updates.sendTo({
    changes: (room, { version }) => {
      sent.push(version);
      rooms.push(room);
    },
    degraded: (_room, { degraded }) => notices.push(degraded),
  });
  return {
    feeds,
    board,
    sent,
    rooms,
    notices,
    reads,
    answerOwnPlaces: () => answerOwnPlaces?.(),
    change: (version: number) => {
      Object.assign(board, { version, ledger: version });
      publish();
    },
  };
}

const watch = (feeds: LiveFeeds, playerId?: string, top = 10) => {
  const viewer = { own: vi.fn<Viewer['own']>(), end: () => undefined };
  const request = { board: BOARD, window: 'all', top, playerId } as const;
  return feeds.watch(request, viewer, () => undefined).then(() => viewer);
};

describe('LiveFeeds', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends changes once to each room that still has a viewer', async () => {
    const { feeds, rooms, change } = fakeBoard();
    const watches = [watch(feeds), watch(feeds), watch(feeds, undefined, 5)];
    await vi.advanceTimersByTimeAsync(100);
    const [first, second] = await Promise.all(watches);
    const roomsSentWith = async (version: number) => {
      rooms.length = 0;
      change(version);
      await vi.advanceTimersByTimeAsync(100);
      return rooms.toSorted();
    };
    expect(await roomsSentWith(2)).toEqual(['arena:all:10', 'arena:all:5']);
    if (first) feeds.leave({ board: BOARD, window: 'all' }, first);
    if (first) feeds.leave({ board: BOARD, window: 'all' }, first);
    expect(await roomsSentWith(3)).toEqual(['arena:all:10', 'arena:all:5']);
    if (second) feeds.leave({ board: BOARD, window: 'all' }, second);
    expect(await roomsSentWith(4)).toEqual(['arena:all:5']);
  });

  it('sends changes while own places are slow, and reads 100 own places at a time', async () => {
    const { feeds, sent, reads, answerOwnPlaces, change } = fakeBoard();
    const players = Array.from({ length: 150 }, (_, i) => `p${i}`);
    const watches = players.map((playerId) => watch(feeds, playerId));
    await vi.advanceTimersByTimeAsync(100);
    const viewers = await Promise.all(watches);
    reads.length = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    for (const version of [2, 3, 4]) {
      change(version);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(sent).toEqual([2, 3, 4]);
    expect(reads.map(({ length }) => length)).toEqual([100]);
    answerOwnPlaces();
    await vi.advanceTimersByTimeAsync(0);
    answerOwnPlaces();
    await vi.advanceTimersByTimeAsync(0);
    expect(reads.map(({ length }) => length)).toEqual([100, 50]);
    for (const { own } of viewers) expect(own).toHaveBeenCalledOnce();
    feeds.onModuleDestroy();
  });

  it('rejects a viewer while the engine is behind the ledger, since the viewer may have seen a later version', async () => {
    const { feeds, board } = fakeBoard();
    board.ledger = 2;
    await expect(watch(feeds)).rejects.toBeInstanceOf(EngineError);
    board.version = 2;
    await watch(feeds);
    feeds.onModuleDestroy();
  });

  it('reads the version of the ledger for new viewers, once for all that arrive together', async () => {
    const { feeds, board, sent } = fakeBoard();
    await watch(feeds);
    Object.assign(board, { version: 9, ledger: 9, tops: 0, versions: 0 });
    const versions: number[] = [];
    const late = Array.from({ length: 20 }, () =>
      feeds.watch(
        { board: BOARD, window: 'all', top: 10 },
        { own: () => undefined, end: () => undefined },
        ({ version }) => versions.push(version),
      ),
    );
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(late);
    expect(new Set(versions)).toEqual(new Set([9]));
    // The first viewer's read, and one for all others.
    expect([board.versions, board.tops, sent]).toEqual([2, 2, [9]]);
    feeds.onModuleDestroy();
  });

  it('rejects a viewer of an open feed while the engine is behind the ledger', async () => {
    const { feeds, board } = fakeBoard();
    await watch(feeds);
    board.ledger = 9;
    const refused = watch(feeds).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await refused).toBeInstanceOf(EngineError);
    feeds.onModuleDestroy();
  });

  it('sends the changes when a day begins, although the version stays', async () => {
    const { feeds, board, sent } = fakeBoard();
    const { own } = await watch(feeds, 'p1');
    board.period = 'daily:2';
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([board.version]);
    expect(own).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
    expect(own).toHaveBeenCalledOnce();
    feeds.onModuleDestroy();
  });

  it('reads a board that does not change once a second, for any number of viewers', async () => {
    const { feeds, board } = fakeBoard();
    const watches = Array.from({ length: 50 }, () => watch(feeds));
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(watches);
    // One read opens the board, one is for the second viewer, and one for all that arrived during that.
    expect(board.tops).toBe(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(board.tops).toBe(13);
    feeds.onModuleDestroy();
  });

  it('sends a change without a new version once, within a second', async () => {
    const { feeds, board, sent } = fakeBoard();
    await watch(feeds);
    board.name = 'Ada';
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([board.version]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
    feeds.onModuleDestroy();
  });

  it('gives each viewer a snapshot that was read after its request', async () => {
    const { feeds, board } = fakeBoard();
    await watch(feeds);
    board.name = 'Ada';
    const request = { board: BOARD, window: 'all', top: 10 } as const;
    const names: unknown[] = [];
    const late = feeds.watch(request, { own: () => undefined, end: () => undefined }, ({ entries }) =>
      names.push(entries[0]?.name),
    );
    await vi.advanceTimersByTimeAsync(100);
    await late;
    expect(names).toEqual(['Ada']);
    feeds.onModuleDestroy();
  });

  it('reports once that the ledger answers, and once that the engine answers again', async () => {
    const { feeds, board, sent, notices } = fakeBoard();
    await watch(feeds);
    Object.assign(board, { degraded: true, version: 2, ledger: 2 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect([notices, sent]).toEqual([[true], [2]]);
    board.degraded = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect([notices, sent]).toEqual([[true, false], [2]]);
    feeds.onModuleDestroy();
  });
});
