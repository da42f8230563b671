/** Settles as `promise` does, or rejects with `timedOut()` after `ms` milliseconds. The work itself goes on: cancel it in `timedOut` if it can be. */
export function withTimeLimit<T>(ms: number, promise: Promise<T>, timedOut: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut()), ms).unref();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
