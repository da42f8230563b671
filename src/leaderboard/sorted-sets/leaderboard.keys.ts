/*
 * key                                | type | lifetime             | written when
 * <prefix>:board:{<board>}:<period>  | zset | its period and a day | a standing changed: member = player, score = composite
 * <prefix>:board:{<board>}:state     | hash | none                 | with every write of a set: what the sets show, see the store
 * <prefix>:board:{<board>}:rebuild:<id>:<period>, ...:state | zset, hash | 10 minutes | a rebuild is filling them
 * <prefix>:board:{<board>}:changed   | channel | none              | a batch was shown: for nodes with viewers
 * <prefix>:player-names              | hash | an hour from its first field | a name was asked for or changed
 *
 * The hash tag {<board>} keeps a board's keys in one slot, so that one script can write them together on a cluster, and boards
 * spread over its shards.
 */
export interface BoardKeys {
  state: string;
  /** A channel, not a key. */
  changed: string;
  standings: (period: string) => string;
}

export interface LeaderboardKeys {
  board(board: string): BoardKeys;
  /** The same keys, filled aside. */
  rebuild(board: string, id: string): BoardKeys;
  playerNames: string;
}

export function leaderboardKeys(prefix: string): LeaderboardKeys {
  const under = (path: string): BoardKeys => ({
    state: `${path}:state`,
    changed: `${path}:changed`,
    standings: (period) => `${path}:${period}`,
  });
  // Boards are few and asked for all the time.
  const known = new Map<string, BoardKeys>();
  return {
    board: (board) => {
      const keys = known.get(board) ?? under(`${prefix}:board:{${board}}`);
      known.set(board, keys);
      return keys;
    },
    rebuild: (board, id) => under(`${prefix}:board:{${board}}:rebuild:${id}`),
    playerNames: `${prefix}:player-names`,
  };
}
