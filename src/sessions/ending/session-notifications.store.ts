import type { RedisEngine } from '../../engine/index.js';
import { notificationChannel } from '../records/sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import type { SessionEnd } from '../sessions.wire.js';

/** What every node is notified of. */
export interface SessionNotification {
  handle: string;
  /** Why the session ended; null if it changed. */
  ended: SessionEnd | null;
}

/** Notifies all nodes, at most once: a subscriber that must miss nothing reads its sessions again after a gap. */
export class SessionNotifications {
  private readonly engine: RedisEngine;
  private readonly channel: string;

  constructor({ engine, keyPrefix }: SessionsStoreOptions) {
    this.engine = engine;
    this.channel = notificationChannel(keyPrefix);
  }

  /** Does not wait: the change is saved already, and subscribers check their sessions every few seconds anyway. */
  publish(notification: SessionNotification): void {
    this.engine.publish(this.channel, JSON.stringify(notification)).catch(() => undefined);
  }

  /** @param onGap called at each new subscription: earlier notifications may be lost. @returns how to unsubscribe. */
  subscribe(onNotification: (notification: SessionNotification) => void, onGap: () => void): () => void {
    return this.engine.subscribe(this.channel, {
      onMessage: (message) => onNotification(JSON.parse(message) as SessionNotification),
      onLive: onGap,
    });
  }
}
