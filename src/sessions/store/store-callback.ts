type Callback = (error?: unknown, data?: unknown) => unknown;

/** As express-session wants it: by its callback if it gave one, else as a promise. */
export async function answer(callback: Callback | undefined, task: () => unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await task();
  } catch (error) {
    if (!callback) throw error;
    return callback(error);
  }
  return callback ? callback(null, result) : result;
}
