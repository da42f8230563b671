import { z } from 'zod';
import type { Readiness } from './health.wire.js';

const missingCommand = z.object({
  command: z.string(),
  cost: z.string(),
  remedy: z.string(),
  isRequired: z.boolean(),
});
const engine = z.object({
  roles: z.array(z.string()),
  kind: z.enum(['redis', 'valkey', 'memcached']),
  topology: z.enum(['standalone', 'sentinel', 'cluster', 'discovery']),
  version: z.string().nullable(),
  role: z.literal('primary').nullable(),
  state: z.enum(['connecting', 'ready', 'down']),
  breaker: z.enum(['open', 'closed']),
  reason: z.string().nullable(),
  refusesWrites: z.boolean(),
  advice: z.string().nullable(),
  missingCommands: z.array(missingCommand),
});

/** The answers of the routes, for OpenAPI. */
export const livenessAnswer = z.object({ status: z.literal('ok') });
export const readinessAnswer = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable', 'stopping']),
  database: z.object({ state: z.enum(['ready', 'down']), reason: z.string().nullable() }),
  engines: z.array(engine),
}) satisfies z.ZodType<Readiness>;
