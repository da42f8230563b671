-- KEYS[1]: the session
-- ARGV: intervalMs between two touches, idleMs, absoluteMs
-- Returns lastSeenAt; 0 if there is no session.
local intervalMs, idleMs, absoluteMs = unpack(ARGV)
if not isSession(KEYS[1]) then return 0 end
local createdAt, lastSeenAt = unpack(redis.call('HMGET', KEYS[1], 'createdAt', 'lastSeenAt'))
local time = now()
local agoMs = time - lastSeenAt
-- A time in the future comes from the clock of a server that was replaced.
if agoMs >= 0 and agoMs < tonumber(intervalMs) then return tonumber(lastSeenAt) end
redis.call('HSET', KEYS[1], 'lastSeenAt', time)
redis.call('PEXPIRE', KEYS[1], math.min(idleMs, math.min(createdAt, time) + absoluteMs - time))
return time
