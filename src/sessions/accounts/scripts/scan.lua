-- KEYS[1]: the index of the account
-- ARGV: cursor, count
-- Returns {now, next cursor, {handle, confirmedAt, ...}}.
local cursor, count = unpack(ARGV)
local page = redis.call('ZSCAN', KEYS[1], cursor, 'COUNT', count)
return { now(), page[1], page[2] }
