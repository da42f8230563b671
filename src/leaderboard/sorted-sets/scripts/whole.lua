-- Shared, after state.lua: whether the sets from KEYS[2] on have as many players as the state counts. One that has fewer was evicted.
local function isWhole(counts)
  for i = 2, #KEYS do
    if toInteger(counts[i - 1] or '0') ~= playersIn(KEYS[i]) then return false end
  end
  return true
end
