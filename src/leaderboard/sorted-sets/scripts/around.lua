-- After read.lua. ARGV[4]: radius; ARGV[5] and on: players.
-- Replies {version, total, slice around each player ...}, an empty slice for a player who is not in the set.
for i = 5, #ARGV do
  local index = redis.call('ZREVRANK', KEYS[2], ARGV[i])
  reply[i - 2] = index and slice(math.max(0, index - ARGV[4]), index + ARGV[4]) or {}
end
return reply
