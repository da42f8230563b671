import { defineScript } from '../../engine/index.js';

/*
 * The first keys of each script are a board's state and its sets; the state names the ledger it shows, its edition and position, and
 * how many players each period has. A set without as many has been evicted or lost, and with it the board.
 *
 * Composites travel as text: a Lua number turned into a string loses digits beyond the 14th.
 *
 * Anything may be under a key that is not ours. Content of another type counts as absent, so that the board is rebuilt.
 */
const FOREIGN = `
  local function readState(key, ...)
    local fields = redis.pcall('HMGET', key, ...)
    return fields.err and {} or fields
  end
  -- nil unless it is a whole number that a double holds exactly.
  local function numberOf(text)
    return text and #text <= 15 and string.find(text, '^%d+$') and tonumber(text) or nil
  end
  local function playersOf(set)
    local count = redis.pcall('ZCARD', set)
    return type(count) == 'number' and count or -1
  end`;

const ARITHMETIC = `${FOREIGN}
  -- How many are better. With a span, of players who share a score all have the rank of the first.
  local function betterThan(set, player, span)
    if span == 0 then return redis.call('ZREVRANK', set, player) or -1 end
    local composite = redis.call('ZSCORE', set, player)
    if not composite then return -1 end
    composite = tonumber(composite)
    local best = composite - math.fmod(composite, span) + span - 1
    -- Of a foreign composite that is infinite.
    if best ~= best then return redis.call('ZREVRANK', set, player) end
    return redis.call('ZCOUNT', set, string.format('(%.0f', best), '+inf')
  end`;

/** Answers null unless state and set are this ledger's, and whole. ARGV ledger, period, span; what follows is the script's own. */
const READING = `${ARITHMETIC}
  local state = readState(KEYS[1], 'ledger', 'position', ARGV[2])
  local position, total = numberOf(state[2]), playersOf(KEYS[2])
  if state[1] ~= ARGV[1] or not position or numberOf(state[3] or '0') ~= total then return false end
  local span = tonumber(ARGV[3])
  local reply = {position, total}`;

const SLICE = `${READING}
  local function slice(first, last)
    local members = redis.call('ZREVRANGE', KEYS[2], first, last, 'WITHSCORES')
    return {first, span > 0 and members[1] and betterThan(KEYS[2], members[1], span) or first, members}
  end`;

/** ARGV ..., first, last. Answers position, total, and a slice: first, how many are better than it, player and composite of each. */
export const PAGE = defineScript(
  'leaderboard.page',
  `${SLICE}
  reply[3] = slice(tonumber(ARGV[4]), tonumber(ARGV[5]))
  return reply`,
);

/** ARGV ..., radius, players. Answers position, total, and of each player the slice around, empty for a stranger. */
export const AROUND = defineScript(
  'leaderboard.around',
  `${SLICE}
  for i = 5, #ARGV do
    local place = redis.call('ZREVRANK', KEYS[2], ARGV[i])
    reply[i - 2] = place and slice(math.max(0, place - ARGV[4]), place + ARGV[4]) or {}
  end
  return reply`,
);

/** ARGV ..., players. Answers position, total, then of each player how many are better, and its composite; -1 and -1 for a stranger. */
export const PLACES = defineScript(
  'leaderboard.places',
  `${READING}
  for i = 4, #ARGV do
    reply[#reply + 1] = betterThan(KEYS[2], ARGV[i], span)
    reply[#reply + 1] = redis.call('ZSCORE', KEYS[2], ARGV[i]) or '-1'
  end
  return reply`,
);

/** Whether the sets from KEYS[2] on have as many players as the state says; \`counts\` are its fields for them. */
const IS_WHOLE = `
  local function isWhole(counts)
    for i = 2, #KEYS do
      if numberOf(counts[i - 1] or '0') ~= playersOf(KEYS[i]) then return false end
    end
    return true
  end`;

/** KEYS state, sets; ARGV ledger, edition, periods. Answers position and mark, if there is one, or null if the board must be rebuilt. */
export const PROGRESS = defineScript(
  'leaderboard.progress',
  `${FOREIGN} ${IS_WHOLE}
  local state = readState(KEYS[1], 'position', 'ledger', 'edition', 'mark')
  local position = numberOf(state[1])
  if not position or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return false end
  if not isWhole(readState(KEYS[1], unpack(ARGV, 3))) then return false end
  return {position, state[4]}`,
);

/**
 * Brings all sets of a board from one position to another, and tells ranks before and after in the first.
 *
 * What is at or before the position is there already, and what is behind it is not: so a batch may come twice, or after it was
 * replayed, whatever its scores do.
 *
 * Of another mark than `after` at `from`, the sets show what this ledger has lost; where they have none, a node of an earlier version
 * wrote.
 *
 * KEYS state, sets; ARGV ledger, edition, from, to, `after` or "*" for any mark, mark at the end, span, how many players are asked
 * about, how many of them move, these players, those who move first; then of each set its period, when it expires (in Unix seconds, "+"
 * and seconds from now, or nothing), and its changes: how many, their sequences in one argument, composite and player of each; or "=" for those of the set before, since a score
 * that counts for long mostly counts for the day as well.
 * Answers null if the sets are neither at `from` nor at `to` or beyond; else position and mark, how many were better than each who
 * moves before, and how many are better than each player after.
 */
export const APPLY = defineScript(
  'leaderboard.apply',
  `${ARITHMETIC} ${IS_WHOLE}
  local from, to, after, span = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[7])
  local asked, moving = tonumber(ARGV[8]), tonumber(ARGV[9])
  local sets, periods, at = {}, {}, 10 + asked
  for i = 2, #KEYS do
    periods[i - 1] = ARGV[at]
    if ARGV[at + 2] == '=' then
      sets[i] = {changes = sets[i - 1].changes, sequences = sets[i - 1].sequences, first = sets[i - 1].first}
    else
      sets[i] = {changes = tonumber(ARGV[at + 2]), sequences = ARGV[at + 3], first = at + 4}
    end
    sets[i].period, sets[i].expires = ARGV[at], ARGV[at + 1]
    at = ARGV[at + 2] == '=' and at + 3 or sets[i].first + 2 * sets[i].changes
  end

  local state = readState(KEYS[1], 'ledger', 'edition', 'position', 'mark', unpack(periods))
  local position = numberOf(state[3] or '0')
  if not state[3] then
    if from > 0 then return false end
    redis.call('UNLINK', unpack(KEYS))
    redis.call('HSET', KEYS[1], 'ledger', ARGV[1], 'edition', ARGV[2])
  elseif not position or state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or position < from or not isWhole({unpack(state, 5, 4 + #periods)}) then
    return false
  elseif after ~= '*' and position < to and (position > from or (state[4] and state[4] ~= after)) then
    return false
  end

  local reply = {math.max(position, to), position < to and ARGV[6] or state[4] or ''}
  local function addRanks(count)
    for i = 10, 9 + count do reply[#reply + 1] = betterThan(KEYS[2], ARGV[i], span) end
  end
  addRanks(moving)
  if to <= position then
    addRanks(asked)
    return reply
  end
  for i = 2, #KEYS do
    local set = sets[i]
    local last = set.first + 2 * set.changes - 1
    if position == from then
      -- Lua hands over some thousand arguments at most.
      for first = set.first, last, 2000 do
        redis.call('ZADD', KEYS[i], unpack(ARGV, first, math.min(first + 1999, last)))
      end
    else
      local change = set.first
      for sequence in string.gmatch(set.sequences, '%d+') do
        if tonumber(sequence) > position then redis.call('ZADD', KEYS[i], ARGV[change], ARGV[change + 1]) end
        change = change + 2
      end
    end
    if set.changes > 0 then
      redis.call('HSET', KEYS[1], set.period, redis.call('ZCARD', KEYS[i]))
      if string.sub(set.expires, 1, 1) == '+' then redis.call('EXPIRE', KEYS[i], string.sub(set.expires, 2))
      elseif set.expires ~= '' then redis.call('EXPIREAT', KEYS[i], set.expires) end
    end
  end
  redis.call('HSET', KEYS[1], 'position', ARGV[4], 'mark', ARGV[6])
  -- Counts of periods that are over.
  if redis.call('HLEN', KEYS[1]) > 4 + #periods then
    local isKept = {ledger = true, edition = true, position = true, mark = true}
    for _, period in ipairs(periods) do isKept[period] = true end
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
      if not isKept[field] then redis.call('HDEL', KEYS[1], field) end
    end
  end
  addRanks(asked)
  return reply`,
);

/**
 * Takes a player off a board, from one edition and position to the next.
 *
 * KEYS state, sets; ARGV ledger, edition, position, mark, new edition, new position, player, periods. Answers 0 if the sets are not
 * whole or have not reached where they should be.
 */
export const REMOVE = defineScript(
  'leaderboard.remove',
  `${FOREIGN} ${IS_WHOLE}
  local state = readState(KEYS[1], 'ledger', 'edition', 'position', 'mark')
  if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or state[3] ~= ARGV[3] or (state[4] or ARGV[4]) ~= ARGV[4] then return 0 end
  if not isWhole(readState(KEYS[1], unpack(ARGV, 8))) then return 0 end
  for i = 2, #KEYS do
    if redis.call('ZREM', KEYS[i], ARGV[7]) == 1 then redis.call('HINCRBY', KEYS[1], ARGV[6 + i], -1) end
  end
  redis.call('HSET', KEYS[1], 'edition', ARGV[5], 'position', ARGV[6], 'mark', '')
  return 1`,
);

/** KEYS set; ARGV player. A key of another type has no player to remove. */
export const REMOVE_ENDED = defineScript('leaderboard.remove-ended', `redis.pcall('ZREM', KEYS[1], ARGV[1])`);

/** KEYS set; ARGV lifetime in seconds, then composite and player of each. Answers how many players are new in the set. */
export const FILL = defineScript(
  'leaderboard.fill',
  `local added = redis.call('ZADD', KEYS[1], unpack(ARGV, 2))
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  return added`,
);

/**
 * Puts sets that were filled aside in a board's place. What was there is renamed first and freed in the background: renaming onto
 * a large set would stop the server for as long as it takes to free.
 *
 * KEYS state, new state, then of each period set, new set, and a name to put the old set out of the way; ARGV of each period its
 * name and when it expires, or nothing.
 * Answers 'lost' if something of the new is missing, edition and position of what is there if that shows more, or of another ledger
 * a later position: viewers have seen it; or 'done'.
 */
export const SWAP_IN = defineScript(
  'leaderboard.swap-in',
  `${FOREIGN}
  local periods = #ARGV / 2
  local function read(state)
    local reply = readState(state, 'ledger', 'edition', 'position')
    return {ledger = reply[1], edition = numberOf(reply[2]) or -1, position = numberOf(reply[3]) or -1}
  end
  local function isWhole(state, offset)
    for i = 1, periods do
      local count = readState(state, ARGV[2 * i - 1])[1]
      if numberOf(count or '0') ~= playersOf(KEYS[3 * i + offset]) then return false end
    end
    return true
  end
  local old, new = read(KEYS[1]), read(KEYS[2])
  if not new.ledger or not isWhole(KEYS[2], 1) then return 'lost' end
  local isNewer = old.edition > new.edition or (old.edition == new.edition and old.position > new.position)
  if old.ledger ~= new.ledger then isNewer = old.position > new.position end
  if isNewer and isWhole(KEYS[1], 0) then return {old.edition, old.position} end
  for i = 1, periods do
    local set, filled, aside = KEYS[3 * i], KEYS[3 * i + 1], KEYS[3 * i + 2]
    if redis.call('EXISTS', set) == 1 then
      redis.call('RENAME', set, aside)
      redis.call('UNLINK', aside)
    end
    if redis.call('EXISTS', filled) == 1 then
      redis.call('RENAME', filled, set)
      if ARGV[2 * i] == '' then redis.call('PERSIST', set) else redis.call('EXPIREAT', set, ARGV[2 * i]) end
    end
  end
  redis.call('RENAME', KEYS[2], KEYS[1])
  redis.call('PERSIST', KEYS[1])
  return 'done'`,
);
