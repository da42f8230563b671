-- Saves the names of players that have none. KEYS: names. ARGV: lifetime in seconds, then player and name of each.
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1], 'NX')
