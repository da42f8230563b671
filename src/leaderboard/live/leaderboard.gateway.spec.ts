import { EventEmitter } from 'node:events';
import type { Namespace, Socket } from 'socket.io';
import { describe, expect, it, vi } from 'vitest';
import { LeaderboardGateway } from './leaderboard.gateway.js';
import type { LeaderboardPush, Rooms } from './live-feeds.js';
import type { Watch } from '../api/leaderboard.schemas.js';
import type { LeaderboardChanges, WatchSnapshot } from './leaderboard.wire.js';
import type { Viewer } from './feed.js';

/** Who watches what, with a `watch` that takes as long as the test wants. */
function fakePush() {
  const watching = new Map<Viewer, number>();
  const waiting: (() => void)[] = [];
  let announce: (room: string) => void = () => undefined;
  const push = {
    sendTo: ({ changes }: Rooms) => {
      announce = (room) => changes(room, {} as LeaderboardChanges);
    },
    roomOf: ({ board, top }: Watch) => `${board}:${top}`,
    watch: async ({ top }: Watch, viewer: Viewer, enter: (snapshot: WatchSnapshot) => void) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      watching.set(viewer, top);
      enter({ version: 0, ties: 'first', entries: [], me: null });
    },
    leave: (_watch: Watch, viewer: Viewer) => watching.delete(viewer),
  };
  const gateway = new LeaderboardGateway(push as unknown as LeaderboardPush);
  return { gateway, push, watching, waiting, announce: (room: string) => announce(room) };
}

const request = (top: number) => ({ board: 'arena', window: 'all', top });

describe('LeaderboardGateway', () => {
  it('keeps one room per socket, however many watches come at once, and none when it is gone', async () => {
    const { gateway, watching, waiting } = fakePush();
    const rooms = new Set<string>();
    const fake = {
      connected: true,
      conn: { writeBuffer: [] },
      join: (room: string) => rooms.add(room),
      leave: (room: string) => rooms.delete(room),
    };
    const socket = fake as unknown as Socket;
    const answers: unknown[] = [];
    const ask = (top: number) =>
      gateway.watch(socket, request(top), (answer: unknown) => answers.push(answer));
    const asked = [1, 2, 3, 4, 5].map(ask);
    const finishAll = setInterval(() => waiting.splice(0).forEach((finish) => finish()));
    await Promise.all(asked);
    expect([...watching.values()]).toEqual([4]);
    expect([...rooms]).toEqual(['arena:4']);
    expect(answers[0]).toMatchObject({ error: { code: 'E_TOO_MANY_WATCHES' } });

    const late = ask(6);
    fake.connected = false;
    gateway.handleDisconnect(socket);
    await late;
    clearInterval(finishAll);
    expect([...watching.values(), ...rooms]).toEqual([]);
  });

  it('leaves out a viewer who does not read, and says so when it reads again', async () => {
    const { gateway, waiting, announce } = fakePush();
    const rooms = new Map<string, Set<string>>();
    const sockets = new Map<string, Socket>();
    const heard: string[] = [];
    const conn = Object.assign(new EventEmitter(), { writeBuffer: [] as unknown[] });
    const socket = {
      connected: true,
      conn,
      join: (room: string) => rooms.set(room, new Set(['slow'])),
      leave: (room: string) => rooms.delete(room),
      emit: (event: string) => heard.push(event),
    } as unknown as Socket;
    sockets.set('slow', socket);
    const to = (room: string) => ({ emit: (event: string) => rooms.has(room) && heard.push(event) });
    gateway.afterInit({ adapter: { rooms }, sockets, to } as unknown as Namespace);
    const asked = gateway.watch(socket, request(1), () => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.();
    await asked;

    announce('arena:1');
    conn.writeBuffer.length = 20;
    announce('arena:1');
    announce('arena:1');
    expect(heard).toEqual(['changes']);
    // Nor is it answered, however often it asks.
    await gateway.watch(socket, request(1), () => heard.push('answer'));
    expect(heard).toEqual(['changes']);
    conn.writeBuffer.length = 0;
    conn.emit('drain');
    expect(heard).toEqual(['changes', 'behind']);
  });

  it('keeps the running watch when the next one is refused', async () => {
    const { gateway, push, watching, waiting } = fakePush();
    const rooms = new Set<string>();
    const socket = {
      connected: true,
      conn: { writeBuffer: [] },
      join: (room: string) => rooms.add(room),
      leave: (room: string) => rooms.delete(room),
    } as unknown as Socket;
    const asked = gateway.watch(socket, request(1), () => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    waiting[0]?.();
    await asked;

    push.watch = () => Promise.reject(new Error('refused'));
    const answers: unknown[] = [];
    await gateway.resync(socket, request(2), (answer: unknown) => answers.push(answer));
    expect(answers).toMatchObject([{ error: { code: 'E_INTERNAL' } }]);
    expect([...watching.values(), ...rooms]).toEqual([1, 'arena:1']);
  });
});
