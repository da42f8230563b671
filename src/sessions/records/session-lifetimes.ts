/** Times on the engine's clock, in milliseconds since the epoch. */
export interface Lifetime {
  createdAt: number;
  lastSeenAt: number;
  /** The shorter idle lifetime that the cookie sets, in milliseconds; null if it sets none. */
  maxAge: number | null;
}

/** A reading of the engine's clock. */
export interface EngineTime {
  /** Milliseconds since the epoch. */
  time: number;
  /** `performance.now()` of this process when `time` was read. */
  knownAt: number;
}

const MAX_TOUCH_INTERVAL_MS = 60_000;

/** When sessions end, by the settings and by the `maxAge` of their cookie. */
export class SessionLifetimes {
  readonly absoluteMs: number;
  private readonly maxIdleMs: number;

  constructor({ idleSeconds, absoluteSeconds }: { idleSeconds: number; absoluteSeconds: number }) {
    this.absoluteMs = absoluteSeconds * 1000;
    this.maxIdleMs = idleSeconds * 1000;
  }

  idleMs(maxAge: number | null): number {
    return Math.min(this.maxIdleMs, Math.floor(maxAge ?? Number.POSITIVE_INFINITY));
  }

  /** `lastSeenAt` moves at most this often, so that a request that reads its session writes nothing. */
  touchIntervalMs(maxAge: number | null): number {
    return Math.min(MAX_TOUCH_INTERVAL_MS, Math.floor(this.idleMs(maxAge) / 10));
  }

  /** Also for a time in the future, which comes from the clock of a server that was replaced. */
  isTouchDue(session: Lifetime & EngineTime): boolean {
    const agoMs = engineNow(session) - session.lastSeenAt;
    return agoMs < 0 || agoMs >= this.touchIntervalMs(session.maxAge);
  }

  idleEndOf({ createdAt, lastSeenAt, maxAge }: Lifetime): number {
    return Math.min(lastSeenAt + this.idleMs(maxAge), this.absoluteEndOf({ createdAt }));
  }

  absoluteEndOf({ createdAt }: Pick<Lifetime, 'createdAt'>): number {
    return createdAt + this.absoluteMs;
  }

  /** Milliseconds until an unused session ends. */
  remainingMs(session: Lifetime & EngineTime): number {
    return this.idleEndOf(session) - engineNow(session);
  }
}

/** The present time on the engine's clock. */
export function engineNow({ time, knownAt }: EngineTime): number {
  return time + performance.now() - knownAt;
}
