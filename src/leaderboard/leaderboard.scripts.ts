import { defineScript } from '../engine/index.js';

/*
 * Scores travel as text: a Lua number turned into a string loses digits beyond the 14th.
 * ZADD GT with the absolute composite, not ZINCRBY: a batch applied twice must not count twice.
 * A position without its set is a set that was lost.
 */
/**
 * Brings a board's set from one ledger position to another and tells the ranks of players before and after.
 *
 * KEYS set, position; ARGV from, to, how many changes, (player, composite) of each, players asked about.
 * Answers the position, then all ranks before, then all ranks after, from 0, -1 for none; only the position if the
 * set has not reached `from`.
 */
export const APPLY = defineScript(
  'leaderboard.apply',
  `local from, to, changes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
   local position = tonumber(redis.call('GET', KEYS[2]) or '-1')
   if position > 0 and redis.call('EXISTS', KEYS[1]) == 0 then position = -1 end
   if position < from and not (position == -1 and from == 0) then return {position} end
   local result = {math.max(position, from)}
   local players = {}
   for i = 4 + 2 * changes, #ARGV do
     players[#players + 1] = ARGV[i]
     result[#result + 1] = redis.call('ZREVRANK', KEYS[1], ARGV[i]) or -1
   end
   for i = 4, 3 + 2 * changes, 2 do
     redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 1], ARGV[i])
   end
   if to > position then redis.call('SET', KEYS[2], ARGV[2]) end
   for i = 1, #players do
     result[#result + 1] = redis.call('ZREVRANK', KEYS[1], players[i]) or -1
   end
   return result`,
);

/**
 * Puts a set that was filled aside in a board's place, if it is whole (the engine may have lost its beginning meanwhile:
 * 0 is the answer) and not older than what is there, unless what is there is known to be wrong.
 *
 * KEYS set, position, new set; ARGV its position, how many players it has, whether what is there is wrong.
 */
export const SWAP_IN = defineScript(
  'leaderboard.swap-in',
  `local sequence, players, isWrong = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
   if redis.call('ZCARD', KEYS[3]) ~= players then
     redis.call('UNLINK', KEYS[3])
     return 0
   end
   local position = tonumber(redis.call('GET', KEYS[2]) or '-1')
   if position > sequence and redis.call('EXISTS', KEYS[1]) == 1 and not isWrong then
     redis.call('UNLINK', KEYS[3])
     return 1
   end
   redis.call('UNLINK', KEYS[1])
   if players > 0 then
     redis.call('PERSIST', KEYS[3])
     redis.call('RENAME', KEYS[3], KEYS[1])
   end
   redis.call('SET', KEYS[2], ARGV[1])
   return 1`,
);
