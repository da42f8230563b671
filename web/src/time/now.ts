import { signal } from '@preact/signals';

/** The current time, updated every second, for countdowns and ages. */
export const now = signal(Date.now());

setInterval(() => {
  now.value = Date.now();
}, 1000);
