import { DatabaseUnavailableError } from '../../database/index.js';
import { EngineError } from '../../engine/index.js';

export function lostAgain(board: string): EngineError {
  return new EngineError('failed', `The board "${board}" is being rebuilt. Try again in a moment.`);
}

/** Whether a server is away, which goes by; anything else is a mistake of ours or of the caller. */
export function isOutage(error: unknown): boolean {
  return error instanceof EngineError || error instanceof DatabaseUnavailableError;
}
