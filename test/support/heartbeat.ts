import { performance } from 'node:perf_hooks';

const BEAT_MS = 10;

/** A time in which this process itself stood still, as `performance.now()`. */
interface Stall {
  readonly from: number;
  readonly to: number;
}

/** How late this process itself was: a call cannot settle while the event loop stands. */
export class Heartbeat {
  private readonly stalls: Stall[] = [];
  private last = 0;
  private timer: NodeJS.Timeout | undefined;

  start(): void {
    this.last = performance.now();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get worstDelayMs(): number {
    return this.stalls.reduce((worst, { from, to }) => Math.max(worst, to - from), 0);
  }

  /** For how much of the time between the two it stood still. */
  delayBetween(from: number, to: number): number {
    const overlaps = this.stalls.map((stall) => Math.min(stall.to, to) - Math.max(stall.from, from));
    return overlaps.reduce((sum, overlap) => sum + Math.max(0, overlap), 0);
  }

  private beat(): void {
    const now = performance.now();
    if (now > this.last + BEAT_MS) this.stalls.push({ from: this.last + BEAT_MS, to: now });
    this.last = now;
  }
}
