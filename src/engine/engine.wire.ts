export type EngineKind = 'redis' | 'valkey' | 'memcached';
export type EngineTopology = 'standalone' | 'sentinel' | 'cluster';
export type EngineState = 'connecting' | 'ready' | 'down';

/** What is known of an engine's servers, by what they say themselves. */
export interface EngineFacts {
  kind: EngineKind;
  /** Null until one was reached, and where the user may not ask. */
  version: string | null;
  /** What calls go to; null while there is none, and for Memcached, which knows no roles. */
  role: 'primary' | null;
}

/** How one engine is doing, and which rooms use it. */
export interface EngineReport {
  /** The rooms served by this engine, for example `sessions` and `leaderboard`. */
  roles: string[];
  kind: EngineKind;
  topology: EngineTopology;
  version: string | null;
  /** The role of the servers that calls go to; null while there is none. */
  role: 'primary' | null;
  state: EngineState;
  /** `open` while calls are refused at once, be it those to one shard. */
  breaker: 'open' | 'closed';
  /** Why it is not ready, or what is missing, and what to do; null when all is well. */
  reason: string | null;
  /** Whether a server refuses writes (OOM, MISCONF, NOREPLICAS, LOADING); `reason` says why. */
  refusesWrites: boolean;
  /** What the servers' settings lack and what that costs; null where nothing is known to be missing. */
  advice: string | null;
}
