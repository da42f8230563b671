-- KEYS: wrong, pending (counters of one account or address)
-- ARGV: limit, ttlSeconds of a pending guess
-- Returns -1 if the guess may begin; 0 to retry, since pending guesses may reach the limit; else the milliseconds until the
-- window ends.
local limit, ttlSeconds = unpack(ARGV)
local wrong = tonumber(redis.call('GET', KEYS[1]) or 0)
if wrong >= tonumber(limit) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if wrong + tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(limit) then return 0 end
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ttlSeconds)
return -1
