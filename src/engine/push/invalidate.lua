-- Deletes keys and publishes their names, atomically. KEYS: the keys, in the slot of the channel. ARGV: the channel.
redis.call('UNLINK', unpack(KEYS))
-- pcall: where SPUBLISH is refused, the keys are deleted all the same. The feeds of this user are never coherent then, but those of a
-- user who may publish are, and miss the message: all nodes need the same rights.
redis.pcall('SPUBLISH', ARGV[1], table.concat(KEYS, ' '))
