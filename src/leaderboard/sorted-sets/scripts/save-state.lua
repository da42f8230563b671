-- Writes the state of a rebuild. KEYS: state. ARGV: lifetime in seconds, then field and value of each.
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
