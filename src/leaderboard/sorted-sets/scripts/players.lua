-- After read.lua. ARGV[4] and on: players.
-- Replies {version, total, how many are better and composite of each player ...}, -1 and "-1" for a player who is not in the set.
for i = 4, #ARGV do
  reply[#reply + 1] = countBetter(KEYS[2], ARGV[i], slotsPerScore)
  reply[#reply + 1] = redis.call('ZSCORE', KEYS[2], ARGV[i]) or '-1'
end
return reply
