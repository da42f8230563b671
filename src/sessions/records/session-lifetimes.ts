import type { LifetimeKind } from '../content/session-data.js';
import type { SessionsStoreOptions } from '../sessions.options.js';

/** Times on the engine's clock, in milliseconds since the epoch. */
export interface Lifetime {
  kind: LifetimeKind;
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

const DEFAULT_GUEST_IDLE_SECONDS = 900;
const DAY_SECONDS = 86_400;

type Limits = Pick<Lifetime, 'kind' | 'maxAge'>;

interface Longest {
  idleMs: number;
  absoluteMs: number;
}

/** When sessions end, by the settings and by the `maxAge` of their cookie. */
export class SessionLifetimes {
  private readonly longest: Record<LifetimeKind, Longest>;

  constructor(options: SessionsStoreOptions) {
    const { idleSeconds, absoluteSeconds, guestIdleSeconds = DEFAULT_GUEST_IDLE_SECONDS } = options;
    const { rememberedIdleSeconds = 14 * DAY_SECONDS, rememberedAbsoluteSeconds = 90 * DAY_SECONDS } =
      options;
    const absoluteMs = absoluteSeconds * 1000;
    this.longest = {
      guest: { idleMs: Math.min(guestIdleSeconds, idleSeconds) * 1000, absoluteMs },
      standard: { idleMs: idleSeconds * 1000, absoluteMs },
      remembered: {
        idleMs: Math.max(rememberedIdleSeconds, idleSeconds) * 1000,
        absoluteMs: Math.max(rememberedAbsoluteSeconds, absoluteSeconds) * 1000,
      },
    };
  }

  idleMs({ kind, maxAge }: Limits): number {
    return Math.min(this.longest[kind].idleMs, Math.floor(maxAge ?? Number.POSITIVE_INFINITY));
  }

  absoluteMs({ kind }: Pick<Lifetime, 'kind'>): number {
    return this.longest[kind].absoluteMs;
  }

  /** `lastSeenAt` moves at most this often, so that a request that reads its session writes nothing. */
  touchIntervalMs(limits: Limits): number {
    return Math.min(MAX_TOUCH_INTERVAL_MS, Math.floor(this.idleMs(limits) / 10));
  }

  /** Also for a time in the future, which comes from the clock of a server that was replaced. */
  isTouchDue(session: Lifetime & EngineTime): boolean {
    const agoMs = engineNow(session) - session.lastSeenAt;
    return agoMs < 0 || agoMs >= this.touchIntervalMs(session);
  }

  idleEndOf(lifetime: Lifetime): number {
    return Math.min(lifetime.lastSeenAt + this.idleMs(lifetime), this.absoluteEndOf(lifetime));
  }

  absoluteEndOf(lifetime: Pick<Lifetime, 'kind' | 'createdAt'>): number {
    return lifetime.createdAt + this.absoluteMs(lifetime);
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
