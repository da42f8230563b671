import { setTimeout as delay } from 'node:timers/promises';

/** Rejects if an answer does not come in time: a server that is paused, or a network that is gone, says nothing. */
export async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const over = new AbortController();
  const silence = delay(milliseconds, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`timeout: nothing was heard for ${milliseconds} ms`);
  });
  silence.catch(() => undefined);
  try {
    return await Promise.race([answer, silence]);
  } finally {
    over.abort();
  }
}

/** The same chunks, however long they take together, as long as none of them is waited for longer. A slow reader is no silence. */
export async function* unlessSilent<T>(milliseconds: number, chunks: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(milliseconds, iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not waited for: whoever is silent does not say goodbye.
    iterator.return?.().catch(() => undefined);
  }
}
