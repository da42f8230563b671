import { signal } from '@preact/signals';

const SPAN_SECONDS = 3;

/** Messages a second over the last few seconds. */
export const changesPerSecond = signal(0);

let arrivals: number[] = [];

export function countChange(): void {
  arrivals.push(performance.now());
}

setInterval(() => {
  const since = performance.now() - SPAN_SECONDS * 1000;
  arrivals = arrivals.filter((at) => at > since);
  changesPerSecond.value = arrivals.length / SPAN_SECONDS;
}, 500);
