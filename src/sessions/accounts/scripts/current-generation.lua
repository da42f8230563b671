-- KEYS[1]: the generation of the account
-- ARGV[1]: its ttlSeconds
return currentGeneration(KEYS[1], ARGV[1])
