import { type Channel, channel } from 'node:diagnostics_channel';

/** What happened to a board on this node. */
export interface BoardEvent {
  board: string;
  /**
   * `shown`: the sorted sets have a batch. `late`: they do not have it yet, and follow by themselves. `rebuilt`: they were filled anew.
   * `degraded`: a reader was answered by the ledger.
   */
  event: 'shown' | 'late' | 'rebuilt' | 'degraded';
}

/** What one set of a board takes, and how far the board is behind its ledger. */
export interface BoardSize {
  board: string;
  window: 'all' | 'daily' | 'weekly' | 'monthly';
  players: number;
  /** Of the engine's memory, as MEMORY USAGE estimates it from a few of the players. */
  bytes: number;
  /** Changes that the ledger has and the sets do not. */
  behind: number;
}

/** Carries a `BoardEvent` when something happened to a board. */
export const boardEventChannel = channel('caching.leaderboard.event') as Channel<unknown, BoardEvent>;

/** Carries a `BoardSize` for each set of each board, once a minute; nothing is measured while nobody listens. */
export const boardSizeChannel = channel('caching.leaderboard.size') as Channel<unknown, BoardSize>;

export function tell(board: string, event: BoardEvent['event']): void {
  if (boardEventChannel.hasSubscribers) boardEventChannel.publish({ board, event });
}
