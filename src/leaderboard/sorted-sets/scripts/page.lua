-- After read.lua. ARGV[4], ARGV[5]: index of the first and of the last player, from 0.
-- Replies {version, total, slice}.
reply[3] = slice(tonumber(ARGV[4]), tonumber(ARGV[5]))
return reply
