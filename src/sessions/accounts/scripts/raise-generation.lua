-- KEYS[1]: the generation of the account
-- ARGV: its ttlSeconds, the new generation
local ttlSeconds, generation = unpack(ARGV)
if currentGeneration(KEYS[1], ttlSeconds) < tonumber(generation) then
  redis.call('SET', KEYS[1], generation, 'EX', ttlSeconds)
end
