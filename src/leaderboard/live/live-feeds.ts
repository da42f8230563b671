import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseUnavailableError } from '../../database/index.js';
import { EngineError } from '../../engine/index.js';
import type { BoardTop } from '../leaderboard.responses.js';
import { LeaderboardError } from '../leaderboard.errors.js';
import type { BoardWindow, Watch } from '../api/leaderboard.schemas.js';
import { LeaderboardService } from '../leaderboard.service.js';
import { LeaderboardStore } from '../sorted-sets/sorted-sets.store.js';
import type {
  DegradedBoard,
  LeaderboardChanges,
  OwnPlace,
  WatchSnapshot,
} from './leaderboard.wire.js';
import { isOutage } from '../sync/outages.js';
import { type Feed, isDue, roomsOf, TICK_MS, type Viewer, type Watching } from './feed.js';
import { ownPlaces, sendOwnPlaces } from './own-places.js';
import { roomChanges } from './room-changes.js';

/**
 * How soon a change without an announcement is found: its message was lost, a name changed, a period began, the board was rebuilt, or the
 * ledger changed while the engine is down.
 */
const LOOK_MS = 1_000;
const LARGEST_TOP = 100;

/** How messages reach the viewers in a room. */
export interface Rooms {
  changes: (room: string, changes: LeaderboardChanges) => void;
  degraded: (room: string, notice: DegradedBoard) => void;
}

/** Sends each room the difference between the top it was last sent and the one there is, at most 10 times a second. */
@Injectable()
export class LeaderboardPush implements OnModuleDestroy {
  private readonly logger = new Logger('Leaderboard');
  private readonly feeds = new Map<string, Feed>();
  private readonly opening = new Map<string, Promise<Feed>>();
  private timer: NodeJS.Timeout | undefined;
  private rooms: Rooms = { changes: () => undefined, degraded: () => undefined };
  private closed = false;

  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly store: LeaderboardStore,
  ) {}

  onModuleDestroy(): void {
    this.closed = true;
    for (const feed of this.feeds.values()) this.close(feed);
  }

  sendTo(rooms: Rooms): void {
    this.rooms = rooms;
  }

  roomOf({ board, window, top }: Omit<Watch, 'playerId'>): string {
    return `${board}:${window}:${top}`;
  }

  /**
   * Adds a viewer. `enter` is given the top as it is now, and must have the viewer in the room when it returns: the changes that follow
   * continue from there. Rejects if there is no top to show; other watches of the same socket go on.
   */
  async watch(request: Watch, viewer: Viewer, enter: (snapshot: WatchSnapshot) => void): Promise<void> {
    const { board, window, top, playerId } = request;
    const newest = await this.newestVersion(board);
    const { feed, isFresh } = await this.open(board, window, newest);
    // Its last viewer left meanwhile.
    if (this.feeds.get(feed.name) !== feed) return this.watch(request, viewer, enter);
    const room = this.roomOf(request);
    const watching: Watching = { room, top, playerId, placeReadAt: performance.now(), place: null };
    feed.viewers.set(viewer, watching);
    try {
      if (!isFresh) await this.nextRead(feed, newest);
      watching.place = playerId === undefined ? null : await this.ownPlace(feed, playerId);
      const { version, ties, entries, degraded } = feed;
      const { place: me } = watching;
      enter({ version, ties, entries: entries.slice(0, top), me, ...(degraded && { degraded }) });
    } catch (error) {
      this.leave(request, viewer);
      throw error;
    }
  }

  leave({ board, window }: Pick<Watch, 'board' | 'window'>, viewer: Viewer): void {
    const feed = this.feeds.get(feedName(board, window));
    if (feed?.viewers.delete(viewer) && feed.viewers.size === 0) this.close(feed);
  }

  /** Waits for a read that begins now or later. Viewers that arrive during a read share the next one. */
  private nextRead(feed: Feed, version: number): Promise<void> {
    return new Promise((resolve, reject) => {
      feed.arriving.push({ version, resolve, reject });
      this.readSoon(feed);
    });
  }

  /** At once, unless this could send changes more often than 10 times a second: then at the next tick. */
  private readSoon(feed: Feed): void {
    feed.isAnnounced = true;
    if (!feed.isReading && performance.now() - feed.sentAt >= TICK_MS) void this.refresh(feed);
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
      arriving: [],
      isAnnounced: false,
      isReading: false,
      isTellingOwnPlaces: false,
      readAt: performance.now(),
      sentAt: -Infinity,
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
    const now = performance.now();
    for (const feed of this.feeds.values()) {
      // Not awaited: a slow read delays no other board.
      const isWanted = feed.isAnnounced ? isDue(feed.sentAt, TICK_MS, now) : isDue(feed.readAt, LOOK_MS, now);
      if (isWanted && !feed.isReading) void this.refresh(feed);
      // Beside the changes: hundreds of own places must not delay the top.
      if (!feed.isTellingOwnPlaces && !feed.degraded) void this.sendOwnPlaces(feed);
    }
  }

  private async refresh(feed: Feed): Promise<void> {
    // Before the read: what is announced meanwhile may not be in it.
    Object.assign(feed, { isReading: true, isAnnounced: false, readAt: performance.now() });
    const arriving = feed.arriving.splice(0);
    const from = Math.max(0, ...arriving.map(({ version }) => version));
    try {
      const top = await this.leaderboard.top(feed.board, feed.window, { limit: LARGEST_TOP, from });
      this.sendDegraded(feed, top.degraded);
      this.sendChanges(feed, top);
      for (const { resolve } of arriving) resolve();
    } catch (error) {
      for (const { reject } of arriving) reject(error);
      if (isOutage(error) || isBusy(error)) this.sendDegraded(feed, true);
      else this.logFailure(feed, error);
    } finally {
      feed.isReading = false;
    }
    if (feed.arriving.length > 0) this.readSoon(feed);
  }

  /** The viewers keep what they have; the next look tries again. */
  private logFailure({ name }: Feed, error: unknown): void {
    this.logger.error(`Could not refresh ${name}`, error instanceof Error ? error.stack : String(error));
  }

  private sendDegraded(feed: Feed, degraded: boolean): void {
    if (feed.degraded === degraded) return;
    const { board, window } = feed;
    feed.degraded = degraded;
    for (const [room] of roomsOf(feed)) this.rooms.degraded(room, { board, window, degraded });
  }

  private sendChanges(feed: Feed, next: BoardTop): void {
    const { version, entries } = feed;
    // Lower after a failover or a rebuild: wait until the engine has caught up, versions never go back.
    if (next.version < version) return;
    Object.assign(feed, next);
    for (const [room, { top }] of roomsOf(feed)) {
      const changes = roomChanges(feed, top, { from: { version, entries }, to: next });
      if (!changes) continue;
      feed.sentAt = performance.now();
      this.rooms.changes(room, changes);
    }
  }

  private async sendOwnPlaces(feed: Feed): Promise<void> {
    feed.isTellingOwnPlaces = true;
    try {
      await sendOwnPlaces(this.leaderboard, feed);
    } catch (error) {
      if (!isOutage(error)) this.logFailure(feed, error);
    } finally {
      feed.isTellingOwnPlaces = false;
    }
  }
}

/** While the engine is down the ledger answers a limited number of readers. */
function isBusy(error: unknown): boolean {
  return error instanceof LeaderboardError && error.code === 'E_BOARD_BUSY';
}

function stopping(): EngineError {
  return new EngineError('failed', 'This node is stopping. Connect to another.');
}

function feedName(board: string, window: BoardWindow): string {
  return `${board}:${window}`;
}
