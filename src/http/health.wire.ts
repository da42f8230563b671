import type { EngineReport } from '../engine/engine.wire.js';

/** `GET /health/ready`. */
export interface Readiness {
  /** `stopping`: requests are still served, but a load balancer should send no more. */
  status: 'ok' | 'degraded' | 'unavailable' | 'stopping';
  database: { state: 'ready' | 'down'; reason: string | null };
  engines: EngineReport[];
}
