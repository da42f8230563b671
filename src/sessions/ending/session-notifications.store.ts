import type { RedisEngine } from '../../engine/index.js';
import { newsChannel } from '../records/sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import type { SessionEnd } from '../sessions.wire.js';

/** What every node hears of a session: how it ended, or with null that it changed. */
export interface News {
  handle: string;
  ended: SessionEnd | null;
}

/** Tells all nodes, at most once: who must not miss anything looks again when the subscription begins anew. */
export class SessionNews {
  private readonly engine: RedisEngine;
  private readonly channel: string;

  constructor({ engine, keyPrefix }: SessionsStoreOptions) {
    this.engine = engine;
    this.channel = newsChannel(keyPrefix);
  }

  /** Nobody waits for it: what matters is written already, and listeners look by themselves every few seconds. */
  publish(news: News): void {
    this.engine.publish(this.channel, JSON.stringify(news)).catch(() => undefined);
  }

  /** @param onGap what was told before may be lost. @returns how to stop. */
  listen(onNews: (news: News) => void, onGap: () => void): () => void {
    return this.engine.subscribe(this.channel, {
      onMessage: (message) => onNews(JSON.parse(message) as News),
      onLive: onGap,
    });
  }
}
