import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { SharedRuns } from '../../common/index.js';
import { DatabaseUnavailableError } from '../../database/index.js';
import { EngineError } from '../../engine/index.js';
import type { BoardWindow } from '../domain/board.js';
import { boardViewersChannel } from '../leaderboard.channel.js';
import { LeaderboardService } from '../leaderboard.service.js';
import { ProjectionStore } from '../sorted-sets/projection.store.js';
import { FeedUpdates, LARGEST_TOP } from './feed-updates.js';
import { addViewer, type Feed, removeViewer, TICK_MS, type Viewer, type Watching } from './feed.js';
import type { OwnPlace, WatchSnapshot } from './leaderboard.wire.js';
import { ownPlaces } from './own-places.js';
import type { Watch } from './watch.schema.js';

/** Keeps one feed for each window of a board that has viewers on this node. */
@Injectable()
export class LiveFeeds implements OnModuleDestroy {
  private readonly feeds = new Map<string, Feed>();
  private readonly opening = new Map<string, Promise<Feed>>();
  /** Thousands of viewers come back at once when a node or a load balancer has restarted. */
  private readonly versions = new SharedRuns<number>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly store: ProjectionStore,
    private readonly updates: FeedUpdates,
  ) {}

  onModuleDestroy(): void {
    this.closed = true;
    for (const feed of this.feeds.values()) this.close(feed);
  }

  roomOf({ board, window, top }: Omit<Watch, 'playerId'>): string {
    return `${board}:${window}:${top}`;
  }

  /**
   * Adds a viewer. `enter` receives a snapshot and must join the viewer to its room before it returns, since the next changes continue
   * from the snapshot. Rejects if there is no snapshot; other watches of the same socket continue.
   */
  async watch(request: Watch, viewer: Viewer, enter: (snapshot: WatchSnapshot) => void): Promise<void> {
    const { board, window, top, playerId } = request;
    const newest = await this.versions.run(board, () => this.newestVersion(board));
    const { feed, isFresh } = await this.open(board, window, newest);
    // The feed was closed meanwhile, when its last viewer left.
    if (this.feeds.get(feed.name) !== feed) return this.watch(request, viewer, enter);
    const room = this.roomOf(request);
    const watching: Watching = { room, top, playerId, placeReadAt: performance.now(), place: null };
    addViewer(feed, viewer, watching);
    publishViewers(feed);
    try {
      if (!isFresh) await this.nextRead(feed, newest);
      watching.place = playerId === undefined ? null : await this.ownPlace(feed, playerId);
      const { version, endsAt, ties, entries, degraded } = feed;
      const { place: me } = watching;
      enter({ version, endsAt, ties, entries: entries.slice(0, top), me, ...(degraded && { degraded }) });
    } catch (error) {
      this.leave(request, viewer);
      throw error;
    }
  }

  leave({ board, window }: Pick<Watch, 'board' | 'window'>, viewer: Viewer): void {
    const feed = this.feeds.get(feedName(board, window));
    if (!feed || !removeViewer(feed, viewer)) return;
    publishViewers(feed);
    if (feed.viewers.size === 0) this.close(feed);
  }

  /** Waits for a read that begins now or later. Viewers that arrive during a read share the next one. */
  private nextRead(feed: Feed, version: number): Promise<void> {
    return new Promise((resolve, reject) => {
      feed.arriving.push({ version, resolve, reject });
      this.updates.readSoon(feed);
    });
  }

  private async ownPlace(feed: Feed, playerId: string): Promise<OwnPlace | null> {
    if (feed.degraded) return null;
    const { places } = await ownPlaces(this.leaderboard, feed, [playerId]);
    return places.get(playerId) ?? null;
  }

  /** `isFresh`: the feed was read for this call. */
  private async open(
    board: string,
    window: BoardWindow,
    from: number,
  ): Promise<{ feed: Feed; isFresh: boolean }> {
    const name = feedName(board, window);
    const known = this.feeds.get(name) ?? this.opening.get(name);
    if (known) return { feed: await known, isFresh: false };
    const opening = this.read(board, window, from).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return { feed: await opening, isFresh: true };
  }

  private async read(board: string, window: BoardWindow, from: number): Promise<Feed> {
    const top = await this.leaderboard.top(board, window, { limit: LARGEST_TOP, from });
    if (this.closed) throw stopping();
    const feed: Feed = {
      ...top,
      name: feedName(board, window),
      board,
      window,
      viewers: new Map(),
      rooms: new Map(),
      arriving: [],
      isChanged: false,
      isReading: false,
      isSendingOwnPlaces: false,
      readAt: performance.now(),
      sentAt: -Infinity,
      unsubscribe: this.store.onChanged(board, () => (feed.isChanged = true)),
    };
    this.feeds.set(feed.name, feed);
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
    return feed;
  }

  private tick(): void {
    const now = performance.now();
    for (const feed of this.feeds.values()) this.updates.tick(feed, now);
  }

  private async newestVersion(board: string): Promise<number> {
    try {
      return await this.leaderboard.newestVersion(board);
    } catch (error) {
      // While the ledger is down the board cannot change, and its sorted sets are worth showing.
      if (error instanceof DatabaseUnavailableError) return 0;
      throw error;
    }
  }

  private close(feed: Feed): void {
    feed.unsubscribe();
    for (const { reject } of feed.arriving.splice(0)) reject(stopping());
    this.feeds.delete(feed.name);
    if (this.feeds.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function publishViewers({ board, window, viewers }: Feed): void {
  boardViewersChannel.publish({ board, window, viewers: viewers.size });
}

function stopping(): EngineError {
  return new EngineError('failed', 'This node is stopping. Connect to another.');
}

function feedName(board: string, window: BoardWindow): string {
  return `${board}:${window}`;
}
