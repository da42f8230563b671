-- KEYS[1]: the session
-- Returns {now, payload, version, createdAt, lastSeenAt}; all but `now` are nil if there is no session.
return { now(), unpack(redis.call('HMGET', KEYS[1], 'payload', 'version', 'createdAt', 'lastSeenAt')) }
