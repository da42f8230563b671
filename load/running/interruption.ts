/** Aborts at Ctrl-C and other requests to stop, and at an error outside of all promises, which must not cost the findings so far. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal}.`)));
  }
  process.on('uncaughtException', (error) => controller.abort(error));
  return controller.signal;
}
