import { type Channel, channel } from 'node:diagnostics_channel';

/** What happened to a board on this node. */
export interface BoardEvent {
  board: string;
  /**
   * `shown`: a batch was applied to the sorted sets. `late`: it could not be applied and is retried in the background. `rebuilt`: the
   * sorted sets were rebuilt from the ledger. `degraded`: PostgreSQL answered a reader.
   */
  event: 'shown' | 'late' | 'rebuilt' | 'degraded';
}

/** The size of one sorted set of a board, and how far it is behind the ledger. */
export interface BoardSize {
  board: string;
  window: 'all' | 'daily' | 'weekly' | 'monthly';
  players: number;
  /** Engine memory, as MEMORY USAGE estimates it from a sample of the players. */
  bytes: number;
  /** How many changes of the ledger the sets do not have. */
  behind: number;
}

/** How many viewers watch one window of a board on this node. */
export interface BoardViewers {
  board: string;
  window: 'all' | 'daily' | 'weekly' | 'monthly';
  viewers: number;
}

/** A message of a viewer that was not answered with a snapshot, and changed nothing. */
export interface RefusedMessage {
  /** For example E_INVALID, or E_NO_ACKNOWLEDGEMENT if the viewer does not wait for an answer. */
  code: string;
}

/** Publishes a `BoardEvent` when something happens to a board. */
export const boardEventChannel = channel('caching.leaderboard.event') as Channel<unknown, BoardEvent>;

/** Publishes a `BoardSize` for each set of each board once a minute. Nothing is measured without a subscriber. */
export const boardSizeChannel = channel('caching.leaderboard.size') as Channel<unknown, BoardSize>;

/** Publishes `BoardViewers` when a viewer comes or leaves. */
export const boardViewersChannel = channel('caching.leaderboard.viewers') as Channel<unknown, BoardViewers>;

/** Publishes a `RefusedMessage` for each message of a viewer that is refused. */
export const refusedMessageChannel = channel('caching.leaderboard.refused-message') as Channel<
  unknown,
  RefusedMessage
>;

export function publishBoardEvent(board: string, event: BoardEvent['event']): void {
  if (boardEventChannel.hasSubscribers) boardEventChannel.publish({ board, event });
}
