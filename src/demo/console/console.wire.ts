import type { EngineReport } from '../../engine/engine.wire.js';
import type { LookupTrace } from '../../query-cache/query-cache.wire.js';
import type { ServerEvent } from '../servers/servers.wire.js';
import type { SessionEvent } from '../../sessions/sessions.wire.js';

export type { EngineReport as EngineStatus } from '../../engine/engine.wire.js';
export type { Readiness } from '../../http/health/health.wire.js';
export type { SessionEvent as SessionEventMessage } from '../../sessions/sessions.wire.js';

/** What this node did in one second. */
export interface NodeActivity {
  at: string;
  /** Statements that PostgreSQL received, for any purpose. */
  statements: number;
  /** Those that query flights: what the query cache is there to avoid. */
  flightQueries: number;
  /** Lookups in the query cache, and how many of them were answered from memory. */
  lookups: number;
  fromMemory: number;
  /** Of tags or answers of the query cache. */
  invalidations: number;
  /** Open pages with a live feed. */
  viewers: number;
}

/** How this node reaches the engine of these roles. */
export interface EngineConnection {
  roles: string[];
  isEncrypted: boolean;
  /** Host and port of the servers in the URL of the engine, which may know further ones. */
  servers: string[];
}

/** Response of `POST /api/console/bursts`. */
export interface BurstReport {
  side: 'direct' | 'textbook' | 'module';
  requests: number;
  /** Requests with status 200. */
  answered: number;
  /** Flight queries that PostgreSQL received meanwhile. */
  flightQueries: number;
  durationMs: number;
}

/** One item of `GET /api/console/claims`. */
export interface MeasuredClaim {
  sentence: string;
  /** Measures it again. */
  command: string;
  /** Null if there is no result on this machine. */
  result: {
    /** First the most important one. */
    answers: string[];
    date: string;
    machine: string;
    /** With short rounds, which say less. */
    isQuick: boolean;
  } | null;
}

/** Events of the socket.io namespace `/console`; lookups and session events come in batches, at most 10 a second. */
export interface ConsoleEvents {
  lookups: (traces: LookupTrace[]) => void;
  sessions: (events: SessionEvent[]) => void;
  engines: (engines: EngineReport[]) => void;
  /** Once, after the connection. */
  connections: (connections: EngineConnection[]) => void;
  /** Once, after the connection: why `GET /api/demo/servers` lists none, and what to do. Null if it does. */
  servers: (absence: string | null) => void;
  /** After the connection the newest, oldest first, then each when a list of the servers shows it. */
  'server-events': (events: ServerEvent[]) => void;
  /** After the connection those of the last three minutes, oldest first, then one each second. */
  activity: (seconds: NodeActivity[]) => void;
}
