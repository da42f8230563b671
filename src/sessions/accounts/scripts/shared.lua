-- After server-time.lua. The time of the server in milliseconds, to the microsecond: it orders sign-ins at the same time.
-- Also returns whether it is in whole milliseconds only.
local function now()
  local time = serverTime()
  return time[1] * 1000 + time[2] / 1000, time.isWhole
end
