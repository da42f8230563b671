import type { Server } from '../servers/server.js';
import type { Primaries } from '../topology/primaries.js';
import { notifyAll } from './notify-all.js';

/** Notifies a listener of changed keys; see {@link RedisEngine.invalidations}. */
export interface InvalidationFeed {
  /**
   * Whether every change that is older than `withinMs` milliseconds has been reported: each primary has answered a heartbeat that was
   * sent since, and its pushes arrive before its answers. Use at least 600, because the heartbeat is sent four times a second.
   */
  isCoherent(withinMs: number): boolean;
  /** Ends the feed; its listener is not called any more. */
  close(): void;
}

/** Receives the changed keys. `null`: any key may have changed. */
export type InvalidationListener = (keys: string[] | null) => void;

interface Feed {
  prefix: string;
  listener: InvalidationListener;
}

/**
 * Client tracking in broadcasting mode, on the connections that commands use: a reply that was sent before a push arrives before it.
 *
 * Source: https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class Invalidations {
  private readonly feeds = new Set<Feed>();

  constructor(private readonly primaries: () => Primaries) {}

  get prefixes(): string[] {
    return [...new Set([...this.feeds].map(({ prefix }) => prefix))];
  }

  /** @throws {Error} if the prefix overlaps with that of an open feed. */
  open(prefix: string, listener: InvalidationListener): InvalidationFeed {
    this.rejectOverlap(prefix);
    const feed = { prefix, listener };
    this.feeds.add(feed);
    this.track();
    return {
      isCoherent: (withinMs) => this.feeds.has(feed) && this.isCoherent(prefix, performance.now() - withinMs),
      close: () => void this.feeds.delete(feed),
    };
  }

  /** Handles a push. `null`: all keys. */
  invalidate(key: Buffer | null): void {
    if (key === null) return this.interrupt();
    const name = key.toString();
    const concerned = [...this.feeds].filter(({ prefix }) => name.startsWith(prefix));
    notifyAll(concerned, ({ listener }) => listener([name]));
  }

  /** Pushes may have been missed. New connections also track the prefixes of feeds that were opened while they were connecting. */
  interrupt(): void {
    this.track();
    notifyAll(this.feeds, ({ listener }) => listener(null));
  }

  private track(): void {
    for (const server of this.primaries().connected) {
      server.tracking.add(this.prefixes).catch((error: unknown) => server.disconnect(error));
    }
  }

  private isCoherent(prefix: string, since: number): boolean {
    const primaries = this.primaries();
    const hasReported = (server: Server) =>
      !server.isLost && server.tracking.covers(prefix) && server.heartbeat.confirmedAt >= since;
    return primaries.isComplete && primaries.confirmedAt >= since && primaries.connected.every(hasReported);
  }

  /** The server would reject it on the existing connection. */
  private rejectOverlap(prefix: string): void {
    const other = this.prefixes.find((tracked) => tracked !== prefix && overlap(tracked, prefix));
    if (other !== undefined) {
      throw new Error(
        `The prefix "${prefix}" overlaps with "${other}", which is already tracked. Track one of them.`,
      );
    }
  }
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
