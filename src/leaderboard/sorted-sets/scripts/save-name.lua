-- Saves the name of a player. KEYS: names. ARGV: lifetime in seconds, player, name.
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1], 'NX')
