-- KEYS[1]: the generation of the account
-- ARGV: generation, ttlSeconds
local generation, ttlSeconds = unpack(ARGV)
if (tonumber(redis.call('GET', KEYS[1])) or 0) < tonumber(generation) then
  redis.call('SET', KEYS[1], generation, 'EX', ttlSeconds)
end
