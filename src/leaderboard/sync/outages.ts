import { DatabaseUnavailableError } from '../../database/index.js';
import { EngineError } from '../../engine/index.js';

/** The sorted sets of a board were lost again while they were read or filled. */
export function boardIsRebuilt(board: string): EngineError {
  return new EngineError('failed', `The board "${board}" is being rebuilt. Try again in a moment.`);
}

/** Whether a server is down or unreachable. All other errors are bugs or mistakes of the caller. */
export function isOutage(error: unknown): boolean {
  return error instanceof EngineError || error instanceof DatabaseUnavailableError;
}
