-- KEYS[1]: the session. A key that is no session is replaced.
-- ARGV: payload, createdAt (empty for now), idleMs, absoluteMs
-- Returns {createdAt, now}; {} if the session exists already.
local payload, createdAt, idleMs, absoluteMs = unpack(ARGV)
if isSession(KEYS[1]) then return {} end
local time = now()
createdAt = math.min(tonumber(createdAt) or time, time)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'payload', payload, 'version', 1, 'createdAt', createdAt, 'lastSeenAt', time)
redis.call('PEXPIRE', KEYS[1], math.min(idleMs, createdAt + absoluteMs - time))
return { createdAt, time }
