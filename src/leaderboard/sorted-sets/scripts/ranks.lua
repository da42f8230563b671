-- Shared, after state.lua: ranks in a set.

-- How many players are better, -1 if the player is not in the set. With slotsPerScore > 0, players with equal scores share a rank.
local function countBetter(set, player, slotsPerScore)
  if slotsPerScore == 0 then return redis.call('ZREVRANK', set, player) or -1 end
  local composite = redis.call('ZSCORE', set, player)
  if not composite then return -1 end
  composite = tonumber(composite)
  local highestOfScore = composite - math.fmod(composite, slotsPerScore) + slotsPerScore - 1
  -- NaN if another writer stored an infinite score.
  if highestOfScore ~= highestOfScore then return redis.call('ZREVRANK', set, player) end
  return redis.call('ZCOUNT', set, string.format('(%.0f', highestOfScore), '+inf')
end
