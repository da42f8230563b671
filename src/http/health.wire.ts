import type { EngineReport } from '../engine/engine.wire.js';

/** `GET /health/ready`. */
export interface Readiness {
  status: 'ok' | 'degraded' | 'unavailable';
  database: { state: 'ready' | 'down'; reason: string | null };
  engines: EngineReport[];
}
