-- After state.lua, whole.lua. KEYS: state, sets. ARGV: ledger id, epoch, periods.
-- Replies {applied version, checkpoint if there is one}, or nil if the board must be rebuilt.
local state = readState(KEYS[1], 'position', 'ledger', 'edition', 'mark')
local appliedVersion = toInteger(state[1])
if not appliedVersion or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return false end
if not isWhole(readState(KEYS[1], unpack(ARGV, 3))) then return false end
return {appliedVersion, state[4]}
