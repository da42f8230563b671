import { setTimeout as delay } from 'node:timers/promises';

/** The pause of a polling loop. It ends early when something has changed. */
export class PollInterval {
  /** Ends the current pause. */
  wake: () => void = () => undefined;

  /** Resolves after `ms`, on `wake`, or when `closed` is aborted. */
  async after(ms: number, closed: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, closed]);
    await Promise.race([woken, delay(ms, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }
}
