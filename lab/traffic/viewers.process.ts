import { setTimeout as wait } from 'node:timers/promises';
import { Viewer } from './viewer.js';
import type { Audience, Seen } from './viewers.js';

/** Before the fault they come in groups. */
const GROUP = 50;
const PAUSE_MS = 25;
const CHECK_EVERY_MS = 1_000;

const audience = JSON.parse(process.argv[2] ?? '') as Audience;
const viewers = Array.from({ length: audience.viewers }, (_, i) => new Viewer(audience, i));
let since = performance.now();

process.on('disconnect', () => process.exit());
process.on('message', (order) => {
  if (order === 'report') process.send?.(report());
  if (order === 'cut') {
    since = performance.now();
    for (const viewer of viewers) viewer.cut();
  }
});
setInterval(() => {
  const now = performance.now();
  for (const viewer of viewers) viewer.retryIfSilent(now);
}, CHECK_EVERY_MS);

for (const [i, viewer] of viewers.entries()) {
  viewer.connect();
  if (i % GROUP === 0) await wait(PAUSE_MS);
}

function report(): Seen {
  const sum = (valueOf: (viewer: Viewer) => number) =>
    viewers.reduce((total, viewer) => total + valueOf(viewer), 0);
  return {
    inStep: sum(({ inStepAt }) => (inStepAt === null ? 0 : 1)),
    inStepMs: viewers.reduce((last, { inStepAt }) => Math.max(last, (inStepAt ?? 0) - since), 0),
    changed: sum(({ isChanged }) => (isChanged ? 1 : 0)),
    gaps: sum(({ gaps }) => gaps),
    retries: sum(({ retries }) => retries),
  };
}
