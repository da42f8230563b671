-- KEYS[1]: counts the guests of an address
-- ARGV: limit, windowSeconds
-- Returns -1 if one more may start a session; else the milliseconds until the window ends.
local limit, windowSeconds = unpack(ARGV)
local count = tonumber(redis.call('GET', KEYS[1]) or 0)
-- Text that is no number was left by another writer.
if not count then redis.call('DEL', KEYS[1]) end
if (count or 0) >= tonumber(limit) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], windowSeconds) end
return -1
