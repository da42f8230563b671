/** Runs actions after a delay, always in the order in which they were added. A single timer keeps the order of equal due times. */
export class DelayLine {
  private readonly waiting: { readonly at: number; readonly action: () => void }[] = [];

  add(delayMilliseconds: number, action: () => void): void {
    if (delayMilliseconds === 0 && this.waiting.length === 0) return action();
    this.waiting.push({ at: performance.now() + delayMilliseconds, action });
    if (this.waiting.length === 1) this.schedule();
  }

  private schedule(): void {
    const [first] = this.waiting;
    if (first) setTimeout(() => this.runDue(), Math.max(0, first.at - performance.now()));
  }

  private runDue(): void {
    const isDue = () => (this.waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= performance.now();
    while (isDue()) this.waiting.shift()?.action();
    this.schedule();
  }
}
