import { describe, expect, it, vi } from 'vitest';
import { isEnded, isState } from '../sessions/session-messages.js';
import {
  isAbsence,
  isActivity,
  isConnections,
  isEngines,
  isLookups,
  isServerEvents,
  isSessionEvents,
} from './console-messages.js';
import type { Guard } from './guards.js';
import { malformed, wellFormed } from './well-formed.js';

const at = '2026-11-30T12:00:00.000Z';
const lookup = {
  at,
  query: 'flights.route',
  keyHash: '3af8b2c1',
  outcome: 'hit',
  tier: 'local',
  localMs: 0.1,
  engineMs: null,
  waitMs: 0,
  databaseMs: null,
  storeMs: null,
  totalMs: 0.1,
  sqlLabel: null,
  traceId: null,
  ttlSeconds: -3,
};
const activity = {
  at,
  statements: 1,
  flightQueries: 1,
  lookups: 2,
  fromMemory: 1,
  invalidations: 0,
  viewers: 1,
};
const engine = {
  roles: ['cache'],
  kind: 'valkey',
  topology: 'standalone',
  version: null,
  role: 'primary',
  state: 'ready',
  breaker: 'closed',
  reason: null,
  refusesWrites: false,
  advice: null,
  missingCommands: [{ command: 'ROLE', cost: 'No role.', remedy: 'Allow it.', isRequired: false }],
};
const session = {
  accountId: '1',
  username: 'ada',
  device: null,
  createdAt: at,
  authenticatedAt: at,
  lastSeenAt: at,
  idleExpiresAt: at,
  absoluteExpiresAt: at,
  data: {},
};
const sessionEvent = { at, event: 'refused', reason: 'sign-in', username: null, sessionHash: null };
const connection = { roles: ['cache'], isEncrypted: true, servers: ['127.0.0.1:6379'] };

describe.each<[event: string, isRight: Guard<unknown>, right: unknown]>([
  ['lookups', isLookups, [lookup]],
  ['sessions', isSessionEvents, [sessionEvent]],
  ['engines', isEngines, [engine]],
  ['connections', isConnections, [connection]],
  ['servers', isAbsence, null],
  ['server-events', isServerEvents, [{ kind: 'killed', name: 'a', role: null, at: 1 }]],
  ['activity', isActivity, [activity]],
  ['state', isState, session],
  ['ended', isEnded, { reason: 'unverified' }],
])('the socket message %s', (_event, isRight, right) => {
  it('reaches the page', () => {
    const handle = vi.fn();
    wellFormed(isRight, handle)(right);
    expect(handle.mock.calls).toEqual([[right]]);
  });

  it('changes nothing and is counted when it, or any part of it, has another shape', () => {
    const handle = vi.fn();
    const wrong = variantsOf(right);
    const before = malformed.value;
    for (const message of wrong) wellFormed(isRight, handle)(message);
    expect(handle.mock.calls).toEqual([]);
    expect(malformed.value).toBe(before + wrong.length);
  });
});

/** The value with one part replaced by something that cannot be right there: `undefined` stands for a missing one. */
function variantsOf(value: unknown): unknown[] {
  const others = [undefined, Number.NaN, Symbol('other')];
  if (Array.isArray(value)) return [...others, {}, ...variantsOf(value[0]).map((item) => [...value, item])];
  if (typeof value !== 'object' || value === null) return others;
  const parts = Object.entries(value).flatMap(([field, part]) =>
    variantsOf(part).map((other) => ({ ...value, [field]: other })),
  );
  return [...others, ...parts];
}
