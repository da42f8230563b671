type Callback = (error?: unknown, data?: unknown) => unknown;

/** Returns a result as express-session expects it: through the callback if there is one, else as a promise. */
export async function withCallback(callback: Callback | undefined, task: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await task();
  } catch (error) {
    if (!callback) throw error;
    return callback(error);
  }
  return callback ? callback(null, result) : result;
}
