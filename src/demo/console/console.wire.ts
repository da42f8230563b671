import type { LookupTrace } from '../../query-cache/query-cache.wire.js';

/** What happened to a session; ids are digests. */
export interface SessionEventMessage {
  at: string;
  event: 'created' | 'ended' | 'refused';
  username: string | null;
  sessionHash: string | null;
}

/** One engine as `/health/ready` and the live feed show it. */
export interface EngineStatus {
  /** Which rooms use it: `sessions`, `cache`, `leaderboard`. */
  roles: string[];
  kind: 'redis' | 'valkey' | 'memcached';
  topology: 'standalone' | 'sentinel' | 'cluster';
  state: 'connecting' | 'ready' | 'down';
  /** Why it is not ready, and what to do; null when it is. */
  reason: string | null;
}

/** `GET /health/ready`. */
export interface Readiness {
  status: 'ok' | 'degraded' | 'unavailable';
  database: { state: 'ready' | 'down'; reason: string | null };
  engines: EngineStatus[];
}

/** Events of the socket.io namespace `/console`; each carries a batch, at most 10 batches a second. */
export interface ConsoleEvents {
  lookups: (traces: LookupTrace[]) => void;
  sessions: (events: SessionEventMessage[]) => void;
  engines: (engines: EngineStatus[]) => void;
}
