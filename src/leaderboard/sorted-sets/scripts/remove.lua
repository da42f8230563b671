-- After state.lua, whole.lua. Removes a player from a board, which takes it from one epoch and version to the next.
-- KEYS: state, sets. ARGV: ledger id, epoch, version, checkpoint, new epoch, new version, player, periods.
-- Replies 1, or 0 if the sets are not whole or are not at that epoch and version.
local state = readState(KEYS[1], 'ledger', 'edition', 'position', 'mark')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or state[3] ~= ARGV[3] or (state[4] or ARGV[4]) ~= ARGV[4] then return 0 end
if not isWhole(readState(KEYS[1], unpack(ARGV, 8))) then return 0 end
for i = 2, #KEYS do
  if redis.call('ZREM', KEYS[i], ARGV[7]) == 1 then redis.call('HINCRBY', KEYS[1], ARGV[6 + i], -1) end
end
redis.call('HSET', KEYS[1], 'edition', ARGV[5], 'position', ARGV[6], 'mark', '')
return 1
