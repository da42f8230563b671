import type { Meter } from '@opentelemetry/api';
import { boardEventChannel, boardSizeChannel } from '../leaderboard/index.js';
import { subscribe } from './subscribe.js';

/** What happens to boards, and what they take, from the leaderboard's channels. @returns how to end each subscription. */
export function countBoards(meter: Meter): (() => void)[] {
  const events = meter.createCounter('leaderboard.events', {
    description: 'Batches shown or late, rebuilds, and readers answered by the ledger, by board.',
  });
  const players = meter.createGauge('leaderboard.players', {
    description: 'Players in a set of a board, once a minute.',
  });
  const bytes = meter.createGauge('leaderboard.engine.bytes', {
    description: 'Memory of the engine that a set of a board takes, by its own estimate, once a minute.',
  });
  const behind = meter.createGauge('leaderboard.behind', {
    description: 'Changes that the ledger of a board has and its sets do not, once a minute.',
  });
  return [
    subscribe(boardEventChannel, ({ board, event }) =>
      events.add(1, { 'leaderboard.board': board, 'leaderboard.event': event }),
    ),
    subscribe(boardSizeChannel, (size) => {
      const attributes = { 'leaderboard.board': size.board, 'leaderboard.window': size.window };
      players.record(size.players, attributes);
      bytes.record(size.bytes, attributes);
      behind.record(size.behind, attributes);
    }),
  ];
}
