-- KEYS[1]: the index of the account
-- ARGV: handle, ttlSeconds of the index, confirmInMs (0 for a session that exists)
local handle, ttlSeconds, confirmInMs = unpack(ARGV)
redis.call('ZADD', KEYS[1], 'NX', now() + confirmInMs, handle)
redis.call('EXPIRE', KEYS[1], ttlSeconds)
