import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Attributes, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_SYSTEM_NAME,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import { Engines } from '../../engine/index.js';
import { fastLaneChannel, lookupChannel, type LookupTrace } from '../../query-cache/index.js';
import { subscribe } from '../subscribe.js';
import { activeContext, bindContexts } from '../traces/trace-context.js';
import { TracesService } from '../traces/traces.service.js';

/** A span for every lookup of the query cache, and for every request that its fast lane answers. */
@Injectable()
export class LookupSpans implements OnApplicationShutdown {
  private readonly subscriptions: (() => void)[] = [];

  constructor(traces: TracesService, engines: Engines) {
    const { tracer } = traces;
    if (!tracer) return;
    const { kind } = engines.for('cache').address;
    this.subscriptions = [
      subscribe(lookupChannel, (lookup) => recordLookup(tracer, lookup, kind)),
      bindContexts(fastLaneChannel, ({ request, response, route }) =>
        traces.startSpan(tracer, { request, response, route: () => route }),
      ),
    ];
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }
}

interface Phase {
  name: string;
  ms: number | null;
  kind: SpanKind;
  attributes: Attributes;
}

/** Creates the span of a completed lookup as a child of the request's span, with one child span per phase. */
export function recordLookup(tracer: Tracer, lookup: LookupTrace, engineKind: string): void {
  const endedAt = performance.timeOrigin + performance.now();
  const startedAt = endedAt - lookup.totalMs;
  const span = tracer.startSpan(
    `lookup ${lookup.query}`,
    { startTime: startedAt, attributes: describe(lookup) },
    activeContext(),
  );
  if (lookup.outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
  const context = trace.setSpan(activeContext(), span);
  let at = startedAt;
  for (const { name, ms, kind, attributes } of phasesOf(lookup, engineKind)) {
    if (ms === null) continue;
    tracer.startSpan(name, { startTime: at, kind, attributes }, context).end(at + ms);
    at += ms;
  }
  span.end(endedAt);
}

/** OpenTelemetry has no semantic conventions for caches yet. */
function describe({ query, keyHash, outcome, tier, ttlSeconds }: LookupTrace): Attributes {
  return {
    'cache.query': query,
    ...(keyHash !== null && { 'cache.key_hash': keyHash }),
    'cache.outcome': outcome,
    'cache.tier': tier,
    ...(ttlSeconds !== null && { 'cache.ttl_seconds': ttlSeconds }),
  };
}

/** The phases in their order. A failed lookup does not say in which phase it failed. */
function phasesOf(
  { localMs, engineMs, waitMs, databaseMs, storeMs, sqlLabel, outcome }: LookupTrace,
  engine: string,
): Phase[] {
  const engineCall = (operation: string, ms: number | null): Phase => ({
    name: `${operation} ${engine}`,
    ms,
    kind: SpanKind.CLIENT,
    attributes: { [ATTR_DB_SYSTEM_NAME]: engine, [ATTR_DB_OPERATION_NAME]: operation },
  });
  const local = { name: 'local', ms: localMs, kind: SpanKind.INTERNAL, attributes: {} };
  const hasWaited = outcome !== 'error' && (outcome === 'coalesced' || databaseMs !== null);
  const wait = { name: 'wait', ms: hasWaited ? waitMs : null, kind: SpanKind.INTERNAL, attributes: {} };
  const load = sqlLabel
    ? {
        name: sqlLabel,
        kind: SpanKind.CLIENT,
        attributes: {
          [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
          [ATTR_DB_QUERY_SUMMARY]: sqlLabel,
        },
      }
    : { name: 'load', kind: SpanKind.INTERNAL, attributes: {} };
  return [local, engineCall('GET', engineMs), wait, { ...load, ms: databaseMs }, engineCall('SET', storeMs)];
}
