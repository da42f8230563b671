import { setTimeout as delay } from 'node:timers/promises';

/** The pause of a loop that looks at servers again and again, until its time is over or something is a reason to look at once. */
export class PollInterval {
  /** Ends the pause that is on. */
  wake: () => void = () => undefined;

  /** @param closed ends it as well. */
  async after(ms: number, closed: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, closed]);
    await Promise.race([woken, delay(ms, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }
}
