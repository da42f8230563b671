-- After state.lua, whole.lua, ranks.lua. Brings all sets of a board from one version to another, and reports ranks before and after
-- in the first set. Changes at or before the applied version are skipped, so a batch may be sent twice, or after it was replayed.
--
-- KEYS: state, sets.
-- ARGV: 1 ledger id, 2 epoch, 3 from, 4 to, 5 expected checkpoint at `from` ("*": any), 6 checkpoint at `to`, 7 slots per score,
--   8 how many players' ranks are wanted, 9 how many of these move, 10 and on: these players, those who move first.
--   Then of each set: its period, when it expires (Unix seconds, "+" and seconds from now, or "" for never), and its changes: their
--   versions in one argument, and in another composite and player of each, a line each. Servers limit the number of arguments. "=" for
--   the changes of the set before: a score that is new in the week is mostly new in the day too.
-- Replies {applied version, checkpoint, how many were better than each player who moves before, how many are better than each player
--   after}, or nil if the sets are neither at `from` nor at `to` or beyond, or have another checkpoint at `from`: then they contain
--   commits that this ledger lost. A state without a checkpoint was written by a node of an earlier release.
local from, to, expected, slotsPerScore = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[7])
local wanted, moving = tonumber(ARGV[8]), tonumber(ARGV[9])

local function linesOf(text)
  local lines = {}
  for line in string.gmatch(text, '[^\n]+') do lines[#lines + 1] = line end
  return lines
end

-- The changes of each set: composite and player in turn.
local sets, periods, at = {}, {}, 10 + wanted
for i = 2, #KEYS do
  local isSame = ARGV[at + 2] == '='
  sets[i] = isSame and {changes = sets[i - 1].changes, versions = sets[i - 1].versions}
    or {changes = linesOf(ARGV[at + 3]), versions = ARGV[at + 2]}
  sets[i].period, sets[i].expires = ARGV[at], ARGV[at + 1]
  periods[i - 1] = ARGV[at]
  at = at + (isSame and 3 or 4)
end

local state = readState(KEYS[1], 'ledger', 'edition', 'position', 'mark', unpack(periods))
local applied = toInteger(state[3] or '0')
if not state[3] then
  if from > 0 then return false end
  redis.call('UNLINK', unpack(KEYS))
  redis.call('HSET', KEYS[1], 'ledger', ARGV[1], 'edition', ARGV[2])
elseif not applied or state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or applied < from then
  return false
elseif not isWhole({unpack(state, 5, 4 + #periods)}) then
  return false
elseif expected ~= '*' and applied < to and (applied > from or (state[4] and state[4] ~= expected)) then
  return false
end

local reply = {math.max(applied, to), applied < to and ARGV[6] or state[4] or ''}
local function addRanks(count)
  for i = 10, 9 + count do reply[#reply + 1] = countBetter(KEYS[2], ARGV[i], slotsPerScore) end
end

local function addAll(key, changes)
  -- unpack() passes some thousand arguments at most.
  for first = 1, #changes, 2000 do
    redis.call('ZADD', key, unpack(changes, first, math.min(first + 1999, #changes)))
  end
end

local function addNewer(key, set)
  local change = 1
  for version in string.gmatch(set.versions, '%d+') do
    if tonumber(version) > applied then redis.call('ZADD', key, set.changes[change], set.changes[change + 1]) end
    change = change + 2
  end
end

local function expire(key, expires)
  if string.sub(expires, 1, 1) == '+' then redis.call('EXPIRE', key, string.sub(expires, 2))
  elseif expires ~= '' then redis.call('EXPIREAT', key, expires) end
end

local function removeCountsOfEndedPeriods()
  if redis.call('HLEN', KEYS[1]) <= 4 + #periods then return end
  local isKept = {ledger = true, edition = true, position = true, mark = true}
  for _, period in ipairs(periods) do isKept[period] = true end
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if not isKept[field] then redis.call('HDEL', KEYS[1], field) end
  end
end

addRanks(moving)
if applied < to then
  for i = 2, #KEYS do
    if applied == from then addAll(KEYS[i], sets[i].changes) else addNewer(KEYS[i], sets[i]) end
    if #sets[i].changes > 0 then
      redis.call('HSET', KEYS[1], sets[i].period, redis.call('ZCARD', KEYS[i]))
      expire(KEYS[i], sets[i].expires)
    end
  end
  redis.call('HSET', KEYS[1], 'position', ARGV[4], 'mark', ARGV[6])
  removeCountsOfEndedPeriods()
end
addRanks(wanted)
return reply
