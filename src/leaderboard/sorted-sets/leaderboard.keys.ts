/*
 * key                                | type | lifetime             | written when
 * <prefix>:board:{<board>}:<period>  | zset | its period and a day | with every change: member = player id, score = composite score
 * <prefix>:board:{<board>}:state     | hash | none                 | with every change of a set, see projection.store.ts
 * <prefix>:board:{<board>}:rebuild:<id>:<period>, ...:state | zset, hash | 10 minutes | during a rebuild
 * <prefix>:board:{<board>}:changed   | channel | none              | published after each change, for nodes with viewers
 * <prefix>:player-names              | hash | an hour from its first field | when a name is read or changed
 *
 * The hash tag {<board>} puts all keys of a board in one slot, so that one script can write them on a cluster. Boards are spread over
 * the shards.
 */
export interface BoardKeys {
  state: string;
  /** A channel, not a key. */
  changed: string;
  standings: (period: string) => string;
}

export interface LeaderboardKeys {
  board(board: string): BoardKeys;
  /** The keys of the new sets of a rebuild. */
  rebuild(board: string, id: string): BoardKeys;
  playerNames: string;
}

export function leaderboardKeys(prefix: string): LeaderboardKeys {
  const under = (path: string): BoardKeys => ({
    state: `${path}:state`,
    changed: `${path}:changed`,
    standings: (period) => `${path}:${period}`,
  });
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
