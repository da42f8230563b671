import { z } from 'zod';
import type { LookupTrace, QueryCacheStats } from '../../query-cache/query-cache.wire.js';
import type { StoredSession } from '../../sessions/sessions.wire.js';
import type { BurstReport, MeasuredClaim } from './console.wire.js';

const milliseconds = z.number().nullable();
const counts = z.object({
  hits: z.object({ local: z.int(), engine: z.int() }),
  misses: z.int(),
  coalesced: z.int(),
  stale: z.int(),
  negative: z.int(),
  bypassed: z.int(),
  errors: z.int(),
  degraded: z.int(),
  oversized: z.int(),
  failedRefreshes: z.int(),
  stuckLoads: z.int(),
  loads: z.int(),
  databaseMsSaved: z.number(),
});

/** The answers of the routes, for OpenAPI. */
export const statsAnswer = z.object({
  localTier: z.object({ bytes: z.int(), evictions: z.int() }),
  invalidations: z.int(),
  queries: z.record(z.string(), counts),
}) satisfies z.ZodType<QueryCacheStats>;
export const tracesAnswer = z.array(
  z.object({
    at: z.iso.datetime(),
    query: z.string(),
    keyHash: z.string().nullable(),
    outcome: z.enum([
      'hit',
      'stale',
      'negative',
      'miss',
      'coalesced',
      'bypass',
      'reload',
      'degraded',
      'error',
    ]),
    tier: z.enum(['local', 'engine', 'database']),
    localMs: milliseconds,
    engineMs: milliseconds,
    waitMs: z.number(),
    databaseMs: milliseconds,
    storeMs: milliseconds,
    totalMs: z.number(),
    sqlLabel: z.string().nullable(),
    traceId: z.string().nullable(),
    ttlSeconds: z.number().nullable(),
  }),
) satisfies z.ZodType<LookupTrace[]>;
export const invalidationAnswer = z.object({ isConfirmed: z.boolean() });
export const burstAnswer = z.object({
  side: z.enum(['direct', 'textbook', 'module']),
  requests: z.int(),
  answered: z.int(),
  flightQueries: z.int(),
  durationMs: z.number(),
}) satisfies z.ZodType<BurstReport>;
export const storedSessionAnswer = z.object({
  key: z.string(),
  payload: z.string(),
  version: z.int(),
  createdAt: z.int(),
  lastSeenAt: z.int(),
}) satisfies z.ZodType<StoredSession>;
export const claimsAnswer = z.array(
  z.object({
    sentence: z.string(),
    command: z.string(),
    result: z
      .object({ answers: z.array(z.string()), date: z.string(), machine: z.string(), isQuick: z.boolean() })
      .nullable(),
  }),
) satisfies z.ZodType<MeasuredClaim[]>;
