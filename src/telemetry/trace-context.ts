import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** Of each request; ours and not OpenTelemetry's global one, since several applications may share a process. */
const contexts = new AsyncLocalStorage<Context>();

export function runInContext(context: Context, work: () => void): void {
  contexts.run(context, work);
}

/** What a span that begins now hangs under. */
export function activeContext(): Context {
  return contexts.getStore() ?? ROOT_CONTEXT;
}

/** The trace of the request that is being answered; null where requests are not traced. */
export function activeTraceId(): string | null {
  return trace.getSpanContext(activeContext())?.traceId ?? null;
}
