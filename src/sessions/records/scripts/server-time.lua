-- Shared. The time of the server, so that the clocks of the nodes do not matter: {seconds, microseconds}, as TIME returns it.
-- ElastiCache Serverless refuses TIME in scripts. There the expiry of the script's key shows the time, in whole milliseconds.
local function serverTime()
  local time = redis.pcall('TIME')
  if not time.err then return time end
  local left = redis.call('PTTL', KEYS[1])
  -- A key that is missing (-2) or has no expiry (-1) gets one for a moment.
  if left == -2 then redis.call('SET', KEYS[1], '', 'PX', 1000) end
  if left == -1 then redis.call('PEXPIRE', KEYS[1], 1000) end
  local ms = redis.call('PEXPIRETIME', KEYS[1]) - (left < 0 and 1000 or left)
  if left == -2 then redis.call('DEL', KEYS[1]) end
  if left == -1 then redis.call('PERSIST', KEYS[1]) end
  return { math.floor(ms / 1000), ms % 1000 * 1000, isWhole = true }
end
