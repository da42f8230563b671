-- Deletes the keys that exist with another type, atomically: another node may have replaced them meanwhile.
-- KEYS: the keys. ARGV: the right type, as TYPE names it.
for _, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= ARGV[1] then redis.call('UNLINK', key) end
end
