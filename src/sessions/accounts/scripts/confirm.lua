-- KEYS[1]: the index of the account
-- ARGV[1]: handle of a session that now exists
local time, isWhole = now()
local confirmedAt = time
-- Of two sign-ins in the same millisecond, the second is the later one.
local entries = isWhole and redis.call('ZSCAN', KEYS[1], 0, 'COUNT', 1000)[2] or {}
for i = 2, #entries, 2 do
  local other = tonumber(entries[i])
  if other >= time and other < time + 1 then confirmedAt = math.max(confirmedAt, other + 0.001) end
end
redis.call('ZADD', KEYS[1], 'XX', confirmedAt, ARGV[1])
