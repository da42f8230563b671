/*
 * key                              | type   | lifetime          | written when
 * <prefix>:board:{<board>}:all      | zset   | none              | a standing changed: member = player, score = composite
 * <prefix>:board:{<board>}:position | string | none              | with every write of the set: the ledger sequence it has reached
 * <prefix>:board:{<board>}:rebuild:<id> | zset | 10 minutes      | a rebuild is filling it
 * <prefix>:player-names             | hash   | an hour from its first field | a name was asked for or changed
 *
 * The hash tag {<board>} keeps a board's keys in one slot, so that one script can write them together on a cluster.
 */
export interface LeaderboardKeys {
  standings(board: string): string;
  position(board: string): string;
  rebuild(board: string, id: string): string;
  playerNames(): string;
}

export function leaderboardKeys(prefix: string): LeaderboardKeys {
  return {
    standings: (board) => `${prefix}:board:{${board}}:all`,
    position: (board) => `${prefix}:board:{${board}}:position`,
    rebuild: (board, id) => `${prefix}:board:{${board}}:rebuild:${id}`,
    playerNames: () => `${prefix}:player-names`,
  };
}
