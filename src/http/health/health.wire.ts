import type { EngineReport } from '../../engine/engine.wire.js';

/** `GET /health/ready`. */
export interface Readiness {
  /** `stopping`: the node still serves requests, but the load balancer should send no more. */
  status: 'ok' | 'degraded' | 'unavailable' | 'stopping';
  database: { state: 'ready' | 'down'; reason: string | null };
  engines: EngineReport[];
}
