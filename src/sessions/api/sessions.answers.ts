import { z } from 'zod';
import type { CurrentSession, DeviceSession, SessionDataAnswer } from '../sessions.wire.js';

const time = z.iso.datetime();
const data = z.record(z.string(), z.unknown());

/** The schema of {@link CurrentSession}, for the OpenAPI description of a route that answers it. */
export const currentSessionAnswer = z.object({
  accountId: z.string(),
  username: z.string(),
  device: z.string().nullable(),
  createdAt: time,
  authenticatedAt: time,
  lastSeenAt: time,
  idleExpiresAt: time,
  absoluteExpiresAt: time,
  data,
}) satisfies z.ZodType<CurrentSession>;
export const deviceSessionsAnswer = z.array(
  z.object({
    handle: z.string(),
    device: z.string().nullable(),
    address: z.string().nullable(),
    createdAt: time,
    lastSeenAt: time,
    current: z.boolean(),
  }),
) satisfies z.ZodType<DeviceSession[]>;
export const dataAnswer = z.object({ data }) satisfies z.ZodType<SessionDataAnswer>;
/** The schema of an answer that says how many sessions were ended, for OpenAPI. */
export const revokedAnswer = z.object({ revoked: z.int() });
