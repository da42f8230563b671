import { withTimeLimit } from '../../common/index.js';

/** Rejects if no answer comes in time: a paused server or a broken network sends none. */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return withTimeLimit(ms, answer, () => new Error(`timeout: no answer within ${ms} ms`));
}

/** Yields the chunks of a stream, each of which has to come in time. The time that the reader needs does not count. */
export async function* unlessSilent<T>(ms: number, chunks: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(ms, iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a silent server would not answer this either.
    iterator.return?.().catch(() => undefined);
  }
}
