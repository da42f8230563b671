-- After state.lua. Replaces a board's sets with the sets of a rebuild.
-- KEYS: state, new state, then of each period: set, new set, a name to move the old set to. ARGV: of each period its name and when
-- its set expires (Unix seconds, or "" for never).
-- Replies 'lost' if a part of the new sets is missing; {epoch, version} of the present sets if viewers have seen more of them than
-- the new sets have; or 'done'.
local periods = #ARGV / 2

local function read(state)
  local fields = readState(state, 'ledger', 'edition', 'position')
  return {ledgerId = fields[1], epoch = toInteger(fields[2]) or -1, version = toInteger(fields[3]) or -1}
end

-- offset 0: the present sets, offset 1: the new sets.
local function hasAllPlayers(state, offset)
  for i = 1, periods do
    local count = readState(state, ARGV[2 * i - 1])[1]
    if toInteger(count or '0') ~= playersIn(KEYS[3 * i + offset]) then return false end
  end
  return true
end

local function isNewer(old, new)
  if old.ledgerId ~= new.ledgerId then return old.version > new.version end
  return old.epoch > new.epoch or (old.epoch == new.epoch and old.version > new.version)
end

local old, new = read(KEYS[1]), read(KEYS[2])
if not new.ledgerId or not hasAllPlayers(KEYS[2], 1) then return 'lost' end
if isNewer(old, new) and hasAllPlayers(KEYS[1], 0) then return {old.epoch, old.version} end

for i = 1, periods do
  local set, filled, aside = KEYS[3 * i], KEYS[3 * i + 1], KEYS[3 * i + 2]
  -- RENAME onto a large set would block the server while it frees the set. UNLINK frees it in the background.
  if redis.call('EXISTS', set) == 1 then
    redis.call('RENAME', set, aside)
    redis.call('UNLINK', aside)
  end
  if redis.call('EXISTS', filled) == 1 then
    redis.call('RENAME', filled, set)
    if ARGV[2 * i] == '' then redis.call('PERSIST', set) else redis.call('EXPIREAT', set, ARGV[2 * i]) end
  end
end
redis.call('RENAME', KEYS[2], KEYS[1])
redis.call('PERSIST', KEYS[1])
return 'done'
