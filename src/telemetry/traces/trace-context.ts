import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from 'node:diagnostics_channel';
import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** The context of each request. Not OpenTelemetry's global one: several applications may share a process. */
const contexts = new AsyncLocalStorage<Context>();

export function runInContext(context: Context, work: () => void): void {
  contexts.run(context, work);
}

/** Runs what a channel runs (`runStores`) in the context that `start` returns. @returns a function that ends that. */
export function bindContexts<Message>(
  channel: Channel<unknown, Message>,
  start: (message: Message) => Context,
): () => void {
  channel.bindStore(contexts, start);
  return () => channel.unbindStore(contexts);
}

/** The parent of a span that starts now. */
export function activeContext(): Context {
  return contexts.getStore() ?? ROOT_CONTEXT;
}

/** The trace id of the current request; null where requests are not traced. */
export function activeTraceId(): string | null {
  return trace.getSpanContext(activeContext())?.traceId ?? null;
}
