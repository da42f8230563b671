import { EventEmitter } from 'node:events';
import type { Namespace, Socket } from 'socket.io';
import { describe, expect, it, vi } from 'vitest';
import { LeaderboardGateway } from './leaderboard.gateway.js';
import type { FeedUpdates } from './feed-updates.js';
import type { Rooms, Viewer } from './feed.js';
import type { LiveFeeds } from './live-feeds.js';
import type { Watch } from './watch.schema.js';
import type { LeaderboardChanges, WatchSnapshot } from './leaderboard.wire.js';

/** Feeds whose `watch` waits until the test lets it continue. */
function fakeFeeds() {
  const watching = new Map<Viewer, number>();
  const waiting: (() => void)[] = [];
  let publish: (room: string) => void = () => undefined;
  const updates = {
    sendTo: ({ changes }: Rooms) => {
      publish = (room) => changes(room, {} as LeaderboardChanges);
    },
  };
  const feeds = {
    roomOf: ({ board, top }: Watch) => `${board}:${top}`,
    watch: async ({ top }: Watch, viewer: Viewer, enter: (snapshot: WatchSnapshot) => void) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      watching.set(viewer, top);
      enter({ version: 0, endsAt: null, ties: 'first', entries: [], me: null });
    },
    leave: (_watch: Watch, viewer: Viewer) => watching.delete(viewer),
  };
  const gateway = new LeaderboardGateway(feeds as unknown as LiveFeeds, updates as FeedUpdates);
  return { gateway, feeds, watching, waiting, publish: (room: string) => publish(room) };
}

const request = (top: number) => ({ board: 'arena', window: 'all', top });

describe('LeaderboardGateway', () => {
  it('keeps one room per socket for concurrent watches, and none after the socket disconnects', async () => {
    const { gateway, watching, waiting } = fakeFeeds();
    const rooms = new Set<string>();
    const fake = {
      connected: true,
      conn: { writeBuffer: [] },
      join: (room: string) => rooms.add(room),
      leave: (room: string) => rooms.delete(room),
    };
    const socket = fake as unknown as Socket;
    const answers: unknown[] = [];
    const watch = (top: number) =>
      gateway.watch(socket, request(top), (answer: unknown) => answers.push(answer));
    const requests = [1, 2, 3, 4, 5].map(watch);
    const finishAll = setInterval(() => waiting.splice(0).forEach((finish) => finish()));
    await Promise.all(requests);
    expect([...watching.values()]).toEqual([4]);
    expect([...rooms]).toEqual(['arena:4']);
    expect(answers[0]).toMatchObject({ error: { code: 'E_TOO_MANY_WATCHES' } });

    const late = watch(6);
    fake.connected = false;
    gateway.handleDisconnect(socket);
    await late;
    clearInterval(finishAll);
    expect([...watching.values(), ...rooms]).toEqual([]);
  });

  it('sends nothing to a viewer that does not read, and `behind` when it reads again', async () => {
    const { gateway, waiting, publish } = fakeFeeds();
    const rooms = new Map<string, Set<string>>();
    const sockets = new Map<string, Socket>();
    const received: string[] = [];
    const conn = Object.assign(new EventEmitter(), { writeBuffer: [] as unknown[] });
    const socket = {
      connected: true,
      conn,
      join: (room: string) => rooms.set(room, new Set(['slow'])),
      leave: (room: string) => rooms.delete(room),
      emit: (event: string) => received.push(event),
    } as unknown as Socket;
    sockets.set('slow', socket);
    const to = (room: string) => ({ emit: (event: string) => rooms.has(room) && received.push(event) });
    gateway.afterInit({ adapter: { rooms }, sockets, to } as unknown as Namespace);
    const watched = gateway.watch(socket, request(1), () => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.();
    await watched;

    publish('arena:1');
    conn.writeBuffer.length = 20;
    publish('arena:1');
    publish('arena:1');
    expect(received).toEqual(['changes']);
    // Its requests get no answer either.
    await gateway.watch(socket, request(1), () => received.push('answer'));
    expect(received).toEqual(['changes']);
    conn.writeBuffer.length = 0;
    conn.emit('drain');
    expect(received).toEqual(['changes', 'behind']);
  });

  it('keeps the running watch when the next one is rejected', async () => {
    const { gateway, feeds, watching, waiting } = fakeFeeds();
    const rooms = new Set<string>();
    const socket = {
      connected: true,
      conn: { writeBuffer: [] },
      join: (room: string) => rooms.add(room),
      leave: (room: string) => rooms.delete(room),
    } as unknown as Socket;
    const watched = gateway.watch(socket, request(1), () => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.();
    await watched;

    feeds.watch = () => Promise.reject(new Error('rejected'));
    const answers: unknown[] = [];
    await gateway.resync(socket, request(2), (answer: unknown) => answers.push(answer));
    expect(answers).toMatchObject([{ error: { code: 'E_INTERNAL' } }]);
    expect([...watching.values(), ...rooms]).toEqual([1, 'arena:1']);
  });
});
