import type { Call } from './call.js';

const SHOWN = 5;

/** A short description for assertions: the first calls and the number of all. */
export function describeCalls(calls: readonly Call[], zero = 0): string[] {
  const shown = calls
    .slice(0, SHOWN)
    .map(({ number, kind, outcome = 'hung', counted, message, ...times }) => {
      const began = (times.startedAt - zero).toFixed();
      const took =
        times.settledAt === undefined ? '' : ` within ${(times.settledAt - times.startedAt).toFixed()} ms`;
      return `#${number} ${kind} at ${began} ms: ${outcome}${took} ${message ?? `(counter ${counted})`}`;
    });
  return calls.length > SHOWN ? [...shown, `... ${calls.length} in total`] : shown;
}
