-- KEYS: wrong, pending (counters of one account or address)
-- ARGV: isWrong (1 or 0), windowSeconds
local isWrong, windowSeconds = unpack(ARGV)
-- Counted first: if this runs again because `pending` has another type, the guess counts twice rather than not at all.
if isWrong == '1' and redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], windowSeconds) end
if redis.call('DECR', KEYS[2]) <= 0 then redis.call('DEL', KEYS[2]) end
