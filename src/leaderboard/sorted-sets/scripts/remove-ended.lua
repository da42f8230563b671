-- KEYS: a set of an ended period. ARGV: player. A key of another type has no player to remove.
redis.pcall('ZREM', KEYS[1], ARGV[1])
