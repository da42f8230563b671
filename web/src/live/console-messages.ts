import type {
  EngineConnection,
  EngineStatus,
  NodeActivity,
  SessionEventMessage,
} from '../../../src/demo/console/console.wire.js';
import type { ServerEvent } from '../../../src/demo/servers/servers.wire.js';
import type { LookupTrace } from '../../../src/query-cache/query-cache.wire.js';
import { outcomeNames } from '../outcomes/outcomes.js';
import {
  isBoolean,
  isNumber,
  isString,
  isTime,
  isWhole,
  listOf,
  nullable,
  oneOf,
  recordOf,
} from './guards.js';

/** The messages of the namespace `/console`, as console.wire.ts describes them. */
export const isLookups = listOf(
  recordOf<LookupTrace>({
    at: isTime,
    query: isString,
    keyHash: nullable(isString),
    outcome: oneOf(...outcomeNames),
    tier: oneOf('local', 'engine', 'database'),
    localMs: nullable(isNumber),
    engineMs: nullable(isNumber),
    waitMs: isNumber,
    databaseMs: nullable(isNumber),
    storeMs: nullable(isNumber),
    totalMs: isNumber,
    sqlLabel: nullable(isString),
    traceId: nullable(isString),
    ttlSeconds: nullable(isNumber),
  }),
);

export const isSessionEvents = listOf(
  recordOf<SessionEventMessage>({
    at: isTime,
    event: oneOf('created', 'rotated', 'revoked', 'expired', 'refused'),
    reason: nullable(
      oneOf(
        'signed-out',
        'revoked',
        'too-many',
        'password-changed',
        'ended-by-operator',
        'rotated',
        'expired',
        'sign-in',
        'corrupt',
      ),
    ),
    username: nullable(isString),
    sessionHash: nullable(isString),
  }),
);

export const isEngines = listOf(
  recordOf<EngineStatus>({
    roles: listOf(isString),
    kind: oneOf('redis', 'valkey', 'memcached'),
    topology: oneOf('standalone', 'sentinel', 'cluster', 'discovery'),
    version: nullable(isString),
    role: nullable(oneOf('primary')),
    state: oneOf('connecting', 'ready', 'down'),
    breaker: oneOf('open', 'closed'),
    reason: nullable(isString),
    refusesWrites: isBoolean,
    advice: nullable(isString),
    missingCommands: listOf(
      recordOf<EngineStatus['missingCommands'][number]>({
        command: isString,
        cost: isString,
        remedy: isString,
        isRequired: isBoolean,
      }),
    ),
  }),
);

export const isConnections = listOf(
  recordOf<EngineConnection>({
    roles: listOf(isString),
    isEncrypted: isBoolean,
    servers: listOf(isString),
  }),
);

export const isServerEvents = listOf(
  recordOf<ServerEvent>({
    kind: oneOf('killed', 'paused', 'resumed', 'restarted', 'promoted', 'demoted', 'added', 'removed'),
    name: isString,
    role: nullable(oneOf('primary', 'replica', 'sentinel')),
    at: isWhole,
  }),
);

/** Why no servers are listed. */
export const isAbsence = nullable(isString);

export const isActivity = listOf(
  recordOf<NodeActivity>({
    at: isTime,
    statements: isWhole,
    flightQueries: isWhole,
    lookups: isWhole,
    fromMemory: isWhole,
    invalidations: isWhole,
    viewers: isWhole,
  }),
);
