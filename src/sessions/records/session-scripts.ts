import { defineScript } from '../../engine/index.js';

/*
 * Every time is that of the engine's server (TIME) in milliseconds since the epoch, so a node's own clock decides nothing.
 * The first line of a script names its arguments. KEYS[1] is the session.
 */

/** Begins a script that needs the time: `now`. */
export const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const IS_SESSION = `redis.call('TYPE', KEYS[1]).ok == 'hash' and redis.call('HEXISTS', KEYS[1], 'version') == 1`;

/** @returns now, payload, version, createdAt, lastSeenAt */
export const READ = defineScript(
  'read a session',
  `${NOW}return {now, unpack(redis.call('HMGET', KEYS[1], 'payload', 'version', 'createdAt', 'lastSeenAt'))}`,
);

/** An empty `createdAt` is now. A foreign key is replaced. @returns createdAt, now; nothing if there is a session of this id. */
export const CREATE = defineScript(
  'create a session',
  `local payload, createdAt, idleMs, absoluteMs = unpack(ARGV)
if ${IS_SESSION} then return {} end
${NOW}createdAt = math.min(tonumber(createdAt) or now, now)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'payload', payload, 'version', 1, 'createdAt', createdAt, 'lastSeenAt', now)
redis.call('PEXPIRE', KEYS[1], math.min(idleMs, createdAt + absoluteMs - now))
return {createdAt, now}`,
);

/** @returns the new version; version and payload if the version is another; nothing if there is no session. */
export const SAVE = defineScript(
  'save a session',
  `local expected, payload = unpack(ARGV)
if not (${IS_SESSION}) then return {} end
local version = redis.call('HGET', KEYS[1], 'version')
if version ~= expected then return {version, redis.call('HGET', KEYS[1], 'payload')} end
redis.call('HSET', KEYS[1], 'payload', payload)
return {redis.call('HINCRBY', KEYS[1], 'version', 1)}`,
);

/** Of many requests that find it due, the first moves it. A time in the future is due. @returns lastSeenAt; 0 if there is no session. */
export const SEE = defineScript(
  'see a session',
  `local stepMs, idleMs, absoluteMs = unpack(ARGV)
if not (${IS_SESSION}) then return 0 end
local createdAt, lastSeenAt = unpack(redis.call('HMGET', KEYS[1], 'createdAt', 'lastSeenAt'))
${NOW}local agoMs = now - lastSeenAt
if agoMs >= 0 and agoMs < tonumber(stepMs) then return tonumber(lastSeenAt) end
redis.call('HSET', KEYS[1], 'lastSeenAt', now)
redis.call('PEXPIRE', KEYS[1], math.min(idleMs, math.min(createdAt, now) + absoluteMs - now))
return now`,
);

/** @returns 1; 0 if the version is another; nil if there is no session. */
export const REMOVE_UNCHANGED = defineScript(
  'end an unchanged session',
  `local expected = ARGV[1]
if not (${IS_SESSION}) then return nil end
if redis.call('HGET', KEYS[1], 'version') ~= expected then return 0 end
return redis.call('UNLINK', KEYS[1])`,
);
