-- Shared, after ranks.lua: begins each script that reads one set.
-- KEYS: state, set. ARGV: ledger id, period, slots per score (0: every player has a rank of their own), then the script's own.
-- Replies nil unless the state is of this ledger and the set is whole.
local state = readState(KEYS[1], 'ledger', 'position', ARGV[2])
local version, total = toInteger(state[2]), playersIn(KEYS[2])
if state[1] ~= ARGV[1] or not version or toInteger(state[3] or '0') ~= total then return false end
local slotsPerScore = tonumber(ARGV[3])
local reply = {version, total}

-- {index of the first, how many players are better than it, {player, composite, ...}}
local function slice(first, last)
  local members = redis.call('ZREVRANGE', KEYS[2], first, last, 'WITHSCORES')
  local better = slotsPerScore > 0 and members[1] and countBetter(KEYS[2], members[1], slotsPerScore) or first
  return {first, better, members}
end
