-- KEYS[1]: the session
-- ARGV[1]: the version that was read
-- Returns 1 if it is removed, 0 if its version is another, nil if there is no session.
if not isSession(KEYS[1]) then return nil end
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])
