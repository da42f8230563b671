import { setMaxListeners } from 'node:events';

/**
 * The calls that were sent over one connection in one turn of the event loop. The first of them carries an AbortSignal. node-redis
 * writes in order, and drops a command whose signal is aborted before it is written: if the first call was not written, none was. A
 * signal for each call would cost several times as much as the call.
 *
 * Source: https://github.com/redis/node-redis/blob/master/docs/command-options.md
 */
export class Wave {
  /** Set once the abort has rejected the first call. */
  isUnwritten = false;
  isChecked = false;
  private readonly controller = new AbortController();

  /** @param first the first call. */
  constructor(readonly first: object) {
    setMaxListeners(0, this.controller.signal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Drops what is not written. One turn of the event loop later `isUnwritten` is correct. */
  abort(): void {
    this.controller.abort();
  }
}
