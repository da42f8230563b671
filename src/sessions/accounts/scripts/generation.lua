-- Shared, after shared.lua.

-- The generation of an account; 0 if it has none. What another writer left is replaced by the present time, which no session has: all of
-- them become stale, since the generation that is lost may have ended some of them.
local function currentGeneration(key, ttlSeconds)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return 0 end
  local text = kind == 'string' and redis.call('GET', key) or ''
  if #text <= 15 and string.find(text, '^%d+$') then return tonumber(text) end
  local generation = math.ceil((now()))
  redis.call('SET', key, string.format('%.0f', generation), 'EX', ttlSeconds)
  return generation
end
