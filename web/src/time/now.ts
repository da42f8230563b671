import { signal } from '@preact/signals';

/** The time, to the second, for countdowns and ages. */
export const now = signal(Date.now());

setInterval(() => {
  now.value = Date.now();
}, 1000);
