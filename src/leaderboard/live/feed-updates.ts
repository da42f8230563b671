import { Injectable, Logger } from '@nestjs/common';
import { LeaderboardError, type LeaderboardErrorCode } from '../leaderboard.errors.js';
import type { BoardTop } from '../leaderboard.responses.js';
import { LeaderboardService } from '../leaderboard.service.js';
import { isOutage } from '../sync/outages.js';
import { type Feed, isDue, type Rooms, TICK_MS } from './feed.js';
import { sendOwnPlaces } from './own-places.js';
import { roomChanges } from './top-difference.js';

export const LARGEST_TOP = 100;
/**
 * How soon a change without a notification is found: the notification was lost, a name changed, a period began, the board was rebuilt, or
 * the ledger changed while the engine is down.
 */
const POLL_MS = 1_000;

/** Reads the tops of boards, and sends each room the difference from what it was last sent, at most 10 times a second. */
@Injectable()
export class FeedUpdates {
  private readonly logger = new Logger('Leaderboard');
  private rooms: Rooms = { changes: () => undefined, degraded: () => undefined };

  constructor(private readonly leaderboard: LeaderboardService) {}

  sendTo(rooms: Rooms): void {
    this.rooms = rooms;
  }

  /** Reads now, or at the next tick if that could send changes more often than 10 times a second. */
  readSoon(feed: Feed): void {
    feed.isChanged = true;
    if (!feed.isReading && performance.now() - feed.sentAt >= TICK_MS) void this.refresh(feed);
  }

  tick(feed: Feed, now: number): void {
    // Not awaited: a slow read delays no other board.
    const isWanted = feed.isChanged ? isDue(feed.sentAt, TICK_MS, now) : isDue(feed.readAt, POLL_MS, now);
    if (isWanted && !feed.isReading) void this.refresh(feed);
    // Beside the changes, since hundreds of own places must not delay the top.
    if (!feed.isSendingOwnPlaces && !feed.degraded) void this.sendOwnPlaces(feed);
  }

  private async refresh(feed: Feed): Promise<void> {
    // Before the read, which may not contain a change that is published meanwhile.
    Object.assign(feed, { isReading: true, isChanged: false, readAt: performance.now() });
    const arriving = feed.arriving.splice(0);
    const from = Math.max(0, ...arriving.map(({ version }) => version));
    try {
      const top = await this.leaderboard.top(feed.board, feed.window, { limit: LARGEST_TOP, from });
      if (top.ledgerId !== feed.ledgerId) endWatches(feed);
      this.sendDegraded(feed, top.degraded);
      this.sendChanges(feed, top);
      for (const { resolve } of arriving) resolve();
    } catch (error) {
      for (const { reject } of arriving) reject(error);
      if (isOutage(error) || isCoded(error, 'E_BOARD_BUSY')) this.sendDegraded(feed, true);
      else if (isCoded(error, 'E_BOARD_UNKNOWN')) endWatches(feed);
      else this.logFailure(feed, error);
    } finally {
      feed.isReading = false;
    }
    if (feed.arriving.length > 0) this.readSoon(feed);
  }

  /** The viewers keep what they have until the next read. */
  private logFailure({ name }: Feed, error: unknown): void {
    this.logger.error(`Could not refresh ${name}`, error instanceof Error ? error.stack : String(error));
  }

  private sendDegraded(feed: Feed, degraded: boolean): void {
    if (feed.degraded === degraded) return;
    const { board, window } = feed;
    feed.degraded = degraded;
    for (const room of feed.rooms.keys()) this.rooms.degraded(room, { board, window, degraded });
  }

  private sendChanges(feed: Feed, next: BoardTop): void {
    const { version, entries } = feed;
    // Lower after a failover or during a rebuild. Versions never go back, so wait until the engine has caught up.
    if (next.version < version) return;
    Object.assign(feed, next);
    for (const [room, { top }] of feed.rooms) {
      const changes = roomChanges(feed, top, { from: { version, entries }, to: next });
      if (!changes) continue;
      feed.sentAt = performance.now();
      this.rooms.changes(room, changes);
    }
  }

  private async sendOwnPlaces(feed: Feed): Promise<void> {
    feed.isSendingOwnPlaces = true;
    try {
      await sendOwnPlaces(this.leaderboard, feed);
    } catch (error) {
      if (!isOutage(error) && !isCoded(error, 'E_BOARD_UNKNOWN')) this.logFailure(feed, error);
    } finally {
      feed.isSendingOwnPlaces = false;
    }
  }
}

/** The board was deleted. The versions of a new board of its name begin again, so its viewers need a snapshot. */
function endWatches(feed: Feed): void {
  for (const viewer of feed.viewers.keys()) viewer.end();
  Object.assign(feed, { version: -1, entries: [] });
}

function isCoded(error: unknown, code: LeaderboardErrorCode): boolean {
  return error instanceof LeaderboardError && error.code === code;
}
