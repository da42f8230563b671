import type { EngineReport } from '../../engine/engine.wire.js';
import type { LookupTrace } from '../../query-cache/query-cache.wire.js';
import type { SessionEvent } from '../../sessions/sessions.wire.js';

export type { EngineReport as EngineStatus } from '../../engine/engine.wire.js';
export type { Readiness } from '../../http/health/health.wire.js';
export type { SessionEvent as SessionEventMessage } from '../../sessions/sessions.wire.js';

/** Events of the socket.io namespace `/console`; lookups and session events come in batches, at most 10 a second. */
export interface ConsoleEvents {
  lookups: (traces: LookupTrace[]) => void;
  sessions: (events: SessionEvent[]) => void;
  engines: (engines: EngineReport[]) => void;
}
