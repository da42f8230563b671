-- KEYS[1]: the generation of the account
-- ARGV[1]: its ttlSeconds
-- Returns a number above every earlier one, also if the key was lost: each is at least the time of its making.
return math.max(currentGeneration(KEYS[1], ARGV[1]) + 1, (now()))
