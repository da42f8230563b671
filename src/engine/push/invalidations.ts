import type { Server } from '../servers/server.js';
import type { Primaries } from '../topology/primaries.js';
import { notifyAll } from './notify-all.js';

/** Tells of keys that changed; see {@link RedisEngine.invalidations}. */
export interface InvalidationFeed {
  /**
   * Whether every change up to `withinMs` milliseconds ago was told: each primary has answered a question sent since, and
   * what it pushes comes before its answers. At least 600 makes sense: it is asked four times a second.
   */
  isCoherent(withinMs: number): boolean;
  close(): void;
}

/** `null`: any key may have changed. */
export type InvalidationListener = (keys: string[] | null) => void;

interface Feed {
  prefix: string;
  listener: InvalidationListener;
}

/**
 * Client tracking in broadcasting mode, on the connections that the commands go through: a reply that was sent before a
 * push arrives before it.
 *
 * Source: https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class Invalidations {
  private readonly feeds = new Set<Feed>();

  constructor(private readonly primaries: () => Primaries) {}

  get prefixes(): string[] {
    return [...new Set([...this.feeds].map(({ prefix }) => prefix))];
  }

  open(prefix: string, listener: InvalidationListener): InvalidationFeed {
    this.refuseOverlap(prefix);
    const feed = { prefix, listener };
    this.feeds.add(feed);
    this.track();
    return {
      isCoherent: (withinMs) => this.feeds.has(feed) && this.isCoherent(prefix, performance.now() - withinMs),
      close: () => void this.feeds.delete(feed),
    };
  }

  /** A server has pushed it. */
  invalidate(key: Buffer | null): void {
    if (key === null) return this.interrupt();
    const name = key.toString();
    const concerned = [...this.feeds].filter(({ prefix }) => name.startsWith(prefix));
    notifyAll(concerned, ({ listener }) => listener([name]));
  }

  /** Pushes were missed. A connection made just now began before the newest feeds. */
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
    const hasTold = (server: Server) =>
      !server.isLost && server.tracking.covers(prefix) && server.heartbeat.confirmedAt >= since;
    return primaries.isComplete && primaries.confirmedAt >= since && primaries.connected.every(hasTold);
  }

  /** The server would refuse it with the connection already made. */
  private refuseOverlap(prefix: string): void {
    const other = this.prefixes.find((known) => known !== prefix && overlap(known, prefix));
    if (other !== undefined) {
      throw new Error(
        `The prefix "${prefix}" overlaps with "${other}", which is followed already. Follow one of them.`,
      );
    }
  }
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
