import { EngineError } from '../engine.errors.js';
import type { RedisEngine } from '../redis-engine.js';
import { readScript } from './engine-script.js';

const REMOVE_FOREIGN = readScript('remove-foreign', import.meta.url, 'remove-foreign.lua');

/** The keys of a call, all with one hash tag, and the type that they have unless another writer wrote them. */
export interface OwnKeys {
  keys: readonly string[];
  type: 'string' | 'hash' | 'zset';
  /** Called after foreign keys were deleted. */
  onReplaced?: () => void;
}

/**
 * Sends a call. If the engine answers WRONGTYPE, deletes those of the keys that have another type, and sends the call once more. A key of
 * the right type is never deleted. Uses TYPE and UNLINK.
 *
 * Only for content that may be lost at any time, as by an eviction. `send` may be a script that fails after its first writes, so these must
 * be safe to repeat.
 *
 * @throws {EngineError} as `send` does. Any other failure, for example an unknown outcome, is thrown at once.
 */
export async function replaceForeign<T>(
  engine: RedisEngine,
  { keys, type, onReplaced }: OwnKeys,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof EngineError) || error.reply !== 'WRONGTYPE') throw error;
    await engine.run(REMOVE_FOREIGN, keys, [type]);
    onReplaced?.();
    return send();
  }
}
