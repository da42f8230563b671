-- Adds players to a set of a rebuild. KEYS: set. ARGV: lifetime in seconds, then composite and player of each.
-- Replies how many players were new in the set.
local added = redis.call('ZADD', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return added
