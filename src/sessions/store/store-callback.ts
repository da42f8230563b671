import type { RedisStore } from 'connect-redis';

/** What express-session passes to the calls of a store. */
export type Callback = Parameters<RedisStore['get']>[1];

/** Returns a result as express-session expects it: through the callback if there is one, else as a promise. */
export async function withCallback(callback: Callback, task: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await task();
  } catch (error) {
    if (!callback) throw error;
    return callback(error);
  }
  return callback ? callback(null, result) : result;
}

/** In place of the calls of a store that list or count all sessions. */
export function refuseScan(callback?: Callback): Promise<never> {
  return withCallback(callback, () => {
    throw new Error(
      'Sessions are never listed by a scan of the keys. List the sessions of an account instead.',
    );
  }) as Promise<never>;
}
