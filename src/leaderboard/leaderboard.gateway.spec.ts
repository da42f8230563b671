import type { Socket } from 'socket.io';
import { describe, expect, it } from 'vitest';
import { LeaderboardGateway } from './leaderboard.gateway.js';
import type { LeaderboardPush } from './leaderboard.push.js';
import type { Watch } from './leaderboard.schemas.js';

/** The rooms that have a viewer, with a `watch` that takes as long as the test wants. */
function fakePush() {
  const viewers = new Set<string>();
  const waiting: (() => void)[] = [];
  const roomOf = ({ board, top }: Watch) => `${board}:${top}`;
  const push = {
    roomOf,
    watch: async (request: Watch) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      viewers.add(roomOf(request));
      return { version: 0, entries: [], me: null };
    },
    leave: (room: string) => viewers.delete(room),
  };
  return { push: push as unknown as LeaderboardPush, viewers, waiting };
}

const request = (top: number) => ({ board: 'arena', window: 'all', top });

describe('LeaderboardGateway', () => {
  it('keeps one room per socket, however many watches come at once, and none when it is gone', async () => {
    const { push, viewers, waiting } = fakePush();
    const gateway = new LeaderboardGateway(push);
    const socket = { id: 'a', connected: true, join: () => undefined, leave: () => undefined };
    const answers = [1, 2, 3].map((top) => gateway.watch(socket as unknown as Socket, request(top)));
    const finishAll = setInterval(() => waiting.splice(0).forEach((finish) => finish()));
    await Promise.all(answers);
    expect([...viewers]).toEqual(['arena:3']);

    const late = gateway.watch(socket as unknown as Socket, request(4));
    socket.connected = false;
    await Promise.all([gateway.handleDisconnect(socket as unknown as Socket), late]);
    clearInterval(finishAll);
    expect([...viewers]).toEqual([]);
  });
});
