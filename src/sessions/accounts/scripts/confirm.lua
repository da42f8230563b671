-- KEYS[1]: the index of the account
-- ARGV[1]: handle of a session that now exists
redis.call('ZADD', KEYS[1], 'XX', now(), ARGV[1])
