-- KEYS: wrong, pending (counters of one account or address)
-- ARGV: limit, ttlSeconds of a pending guess
-- Returns -1 if the guess may begin; 0 to retry, since pending guesses may reach the limit; else the milliseconds until the
-- window ends.
local limit, ttlSeconds = unpack(ARGV)

-- Text that is no number was left by another writer. It is deleted, so the count is lost.
local function countOf(key)
  local count = tonumber(redis.call('GET', key) or 0)
  if not count then redis.call('DEL', key) end
  return count or 0
end

local wrong = countOf(KEYS[1])
if wrong >= tonumber(limit) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if wrong + countOf(KEYS[2]) >= tonumber(limit) then return 0 end
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ttlSeconds)
return -1
