-- Deletes keys and publishes their names, atomically. KEYS: the keys, in the slot of the channel. ARGV: the channel.
redis.call('UNLINK', unpack(KEYS))
-- pcall: where SPUBLISH is refused, no feed is coherent, so none depends on the message.
redis.pcall('SPUBLISH', ARGV[1], table.concat(KEYS, ' '))
