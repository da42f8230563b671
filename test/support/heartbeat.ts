import { performance } from 'node:perf_hooks';

const BEAT_MS = 10;

/** A period in which the event loop did not run. Times as of `performance.now()`. */
interface Stall {
  readonly from: number;
  readonly to: number;
}

/** Records stalls of the event loop: no call can settle during one. */
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

  /** The stalled time between two points in time. */
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
