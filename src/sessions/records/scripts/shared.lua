-- Functions of all session scripts, after server-time.lua.

-- Milliseconds since the epoch.
local function now()
  local time = serverTime()
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- False for a missing key, and for a key that something else has written.
local function isSession(key)
  return redis.call('TYPE', key).ok == 'hash' and redis.call('HEXISTS', key, 'version') == 1
end
