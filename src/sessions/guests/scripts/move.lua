-- KEYS[1]: the session of a guest
-- ARGV: owner to whom its content moves, keepMs
-- The key is no session afterwards. It keeps the content, for a second sign-in with the same cookie.
local owner, keepMs = unpack(ARGV)
if not isSession(KEYS[1]) then return end
local payload = redis.call('HGET', KEYS[1], 'payload')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'moved', payload, 'movedTo', owner)
redis.call('PEXPIRE', KEYS[1], keepMs)
