-- KEYS[1]: the generation of the account
-- Returns a number above every earlier one, also if the key was lost: each is at least the time of its making.
return math.max((tonumber(redis.call('GET', KEYS[1])) or 0) + 1, now())
