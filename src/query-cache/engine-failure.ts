import { EngineError } from '../engine/index.js';

/** The engine's failure costs time, not answers. Anything else is a mistake of ours. */
export function passOverEngineFailure(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
}
