-- KEYS[1]: the session
-- ARGV: the version that was read, the new payload
-- Returns {new version}; {version, payload} of a conflicting save; {} if there is no session.
local expected, payload = unpack(ARGV)
if not isSession(KEYS[1]) then return {} end
local version = redis.call('HGET', KEYS[1], 'version')
if version ~= expected then return { version, redis.call('HGET', KEYS[1], 'payload') } end
redis.call('HSET', KEYS[1], 'payload', payload)
return { redis.call('HINCRBY', KEYS[1], 'version', 1) }
