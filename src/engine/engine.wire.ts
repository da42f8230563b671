export type EngineKind = 'redis' | 'valkey' | 'memcached';
export type EngineTopology = 'standalone' | 'sentinel' | 'cluster';
export type EngineState = 'connecting' | 'ready' | 'down';

/** How one engine is doing, and which rooms use it. */
export interface EngineReport {
  /** The rooms served by this engine, for example `sessions` and `leaderboard`. */
  roles: string[];
  kind: EngineKind;
  topology: EngineTopology;
  state: EngineState;
  /** Why it is not ready and what to do; null when it is. */
  reason: string | null;
}
