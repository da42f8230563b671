import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseUnavailableError } from '../database/index.js';
import { EngineError } from '../engine/index.js';
import type { BoardTop } from './leaderboard.answers.js';
import type { BoardWindow, Watch } from './leaderboard.schemas.js';
import { LeaderboardService } from './leaderboard.service.js';
import { LeaderboardStore } from './leaderboard.store.js';
import type { CompactChanges, LeaderboardChanges, WatchSnapshot } from './leaderboard.wire.js';
import { compactChanges } from './push/compact-changes.js';
import type { Feed, Viewer } from './push/feed.js';
import { ownPlaces, tellOwnPlaces } from './push/own-places.js';
import { topDifference } from './push/top-difference.js';

const TICK_MS = 100;
/** How soon a change is found whose announcement was lost, or a window that has begun anew. */
const LOOK_MS = 1_000;
const LARGEST_TOP = 100;

/** How changes reach the viewers in a room. */
type Broadcast = (room: string, changes: LeaderboardChanges | CompactChanges) => void;

/** Sends each room the difference between what it last saw and what the engine shows, at most 10 times a second. */
@Injectable()
export class LeaderboardPush implements OnModuleDestroy {
  private readonly logger = new Logger('Leaderboard');
  private readonly feeds = new Map<string, Feed>();
  private readonly opening = new Map<string, Promise<Feed>>();
  private timer: NodeJS.Timeout | undefined;
  private broadcast: Broadcast = () => undefined;
  private closed = false;

  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly store: LeaderboardStore,
  ) {}

  onModuleDestroy(): void {
    this.closed = true;
    for (const feed of this.feeds.values()) this.close(feed);
  }

  onChanges(broadcast: Broadcast): void {
    this.broadcast = broadcast;
  }

  roomOf({ board, window, top, compact }: Omit<Watch, 'playerId'>): string {
    return `${board}:${window}:${top}${compact ? ':compact' : ''}`;
  }

  /**
   * Begins to tell a viewer. `enter` is given what the room has last seen, and must have the viewer in the room when it returns:
   * the changes that follow continue from there.
   */
  async watch(request: Watch, viewer: Viewer, enter: (snapshot: WatchSnapshot) => void): Promise<void> {
    const { board, window, top, compact, playerId } = request;
    const newest = await this.newestVersion(board);
    const feed = await this.open(board, window, newest);
    // Its last viewer left meanwhile.
    if (this.feeds.get(feed.name) !== feed) return this.watch(request, viewer, enter);
    const told = { toldAt: Date.now(), toldVersion: feed.version, hasPlace: false };
    const watching = { room: this.roomOf(request), top, compact, playerId, ...told };
    feed.viewers.set(viewer, watching);
    try {
      await this.reach(feed, newest);
      const places = playerId === undefined ? null : await ownPlaces(this.leaderboard, feed, [playerId]);
      const me = places?.get(playerId ?? '') ?? null;
      watching.hasPlace = me !== null;
      const { version, ties, entries } = feed;
      enter({ version, ties, entries: entries.slice(0, top), me });
    } catch (error) {
      this.leave(request, viewer);
      throw error;
    }
  }

  leave({ board, window }: Pick<Watch, 'board' | 'window'>, viewer: Viewer): void {
    const feed = this.feeds.get(feedName(board, window));
    if (feed?.viewers.delete(viewer) && feed.viewers.size === 0) this.close(feed);
  }

  /** Waits for the tick that shows this version, so that many who come at once cost one read, and the room no message more. */
  private reach(feed: Feed, version: number): Promise<void> {
    if (feed.version >= version) return Promise.resolve();
    return new Promise((resolve, reject) => {
      feed.arriving.push({ version, resolve, reject });
      feed.isAnnounced = true;
    });
  }

  private async open(board: string, window: BoardWindow, from: number): Promise<Feed> {
    const name = feedName(board, window);
    const known = this.feeds.get(name);
    if (known) return known;
    const opening =
      this.opening.get(name) ?? this.openAnew(board, window, from).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  private async openAnew(board: string, window: BoardWindow, from: number): Promise<Feed> {
    const top = await this.leaderboard.top(board, window, { limit: LARGEST_TOP, from });
    if (this.closed) throw stopping();
    const feed: Feed = {
      ...top,
      name: feedName(board, window),
      board,
      window,
      viewers: new Map(),
      arriving: [],
      isAnnounced: false,
      isReading: false,
      isTellingOwnPlaces: false,
      readAt: Date.now(),
      unsubscribe: this.store.onAnnounced(board, () => (feed.isAnnounced = true)),
    };
    this.feeds.set(feed.name, feed);
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
    return feed;
  }

  private async newestVersion(board: string): Promise<number> {
    try {
      return await this.leaderboard.newestVersion(board);
    } catch (error) {
      // Without its ledger a board stands still, and is worth showing.
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

  private tick(): void {
    const now = Date.now();
    for (const feed of this.feeds.values()) {
      // A slow engine holds up nobody but itself.
      if (!feed.isReading && (feed.isAnnounced || now - feed.readAt >= LOOK_MS)) void this.refresh(feed);
    }
  }

  private async refresh(feed: Feed): Promise<void> {
    // Before the read: what is announced meanwhile may not be in it.
    Object.assign(feed, { isReading: true, isAnnounced: false, readAt: Date.now() });
    const arriving = feed.arriving.splice(0);
    const from = Math.max(0, ...arriving.map(({ version }) => version));
    try {
      const top = await this.leaderboard.top(feed.board, feed.window, { limit: LARGEST_TOP, from });
      this.sendChanges(feed, top);
      for (const { resolve } of arriving) resolve();
    } catch (error) {
      for (const { reject } of arriving) reject(error);
      this.tryAgainLater(feed, error);
    } finally {
      feed.isReading = false;
    }
    // Not waited for: hundreds of own places must not hold up what everybody watches.
    if (!feed.isTellingOwnPlaces) void this.tellOwnPlaces(feed);
  }

  /** The viewers keep what they have; the next look tries again. */
  private tryAgainLater({ name }: Feed, error: unknown): void {
    if (error instanceof EngineError || error instanceof DatabaseUnavailableError) return;
    this.logger.error(`Could not refresh ${name}`, error instanceof Error ? error.stack : String(error));
  }

  private sendChanges(feed: Feed, next: BoardTop): void {
    const { version: previousVersion, entries: before, period } = feed;
    // Lower after a failover or a rebuild: wait until the engine has caught up, versions never go back.
    if (next.version < previousVersion) return;
    if (next.version === previousVersion && next.period === period) return;
    Object.assign(feed, next);
    if (next.period !== period) for (const watching of feed.viewers.values()) watching.toldVersion = -1;
    const { board, window, version, entries } = feed;
    const rooms = new Map([...feed.viewers.values()].map((watching) => [watching.room, watching]));
    for (const [room, { top, compact }] of rooms) {
      const held = before.slice(0, top);
      const difference = topDifference(held, entries.slice(0, top));
      const changes = { board, window, top, version, previousVersion, ...difference };
      this.broadcast(room, compact ? compactChanges(changes, held) : changes);
    }
  }

  private async tellOwnPlaces(feed: Feed): Promise<void> {
    feed.isTellingOwnPlaces = true;
    try {
      await tellOwnPlaces(this.leaderboard, feed);
    } catch (error) {
      this.tryAgainLater(feed, error);
    } finally {
      feed.isTellingOwnPlaces = false;
    }
  }
}

function stopping(): EngineError {
  return new EngineError('failed', 'This node is stopping. Connect to another.');
}

function feedName(board: string, window: BoardWindow): string {
  return `${board}:${window}`;
}
