-- Shared: reads what any writer may have left under a board's keys. Content of another type or form counts as absent, so that the
-- board is rebuilt. Composite scores stay text: Lua would round them to 14 digits when it converts a number to a string.

local function readState(key, ...)
  local fields = redis.pcall('HMGET', key, ...)
  return fields.err and {} or fields
end

-- nil unless the text is a whole number that a double holds exactly.
local function toInteger(text)
  return text and #text <= 15 and string.find(text, '^%d+$') and tonumber(text) or nil
end

-- -1 if the key is not a sorted set.
local function playersIn(set)
  local count = redis.pcall('ZCARD', set)
  return type(count) == 'number' and count or -1
end
