import {
  Ack,
  ConnectedSocket,
  MessageBody,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { requireSocketIo } from '../../common/index.js';
import { refusedMessageChannel } from '../leaderboard.channel.js';
import { FeedUpdates } from './feed-updates.js';
import type { Viewer } from './feed.js';
import type {
  DegradedBoard,
  DeletedBoard,
  LeaderboardChanges,
  WatchRefusal,
  WatchSnapshot,
} from './leaderboard.wire.js';
import { LiveFeeds } from './live-feeds.js';
import { type Watch, watchSchema } from './watch.schema.js';

/** How many messages may wait for a viewer that does not read, beside those in kernel buffers: two seconds of changes. */
const LARGEST_BACKLOG = 20;
/** How many requests of one socket may wait. */
const LARGEST_QUEUE = 4;

type Answer = (answer: WatchSnapshot | WatchRefusal) => void;

interface Connection {
  /** The running watch. */
  watch: { request: Watch; viewer: Viewer } | null;
  isBehind: boolean;
  requests: number;
  /** Resolves when the earlier requests have been answered. */
  answered: Promise<void>;
}

/**
 * The namespace `/leaderboard`. Anyone may watch, and only this file joins sockets to rooms. Messages: leaderboard.wire.ts. Nest's global
 * pipes and filters do not apply to gateways.
 */
@WebSocketGateway({ namespace: '/leaderboard' })
export class LeaderboardGateway implements OnGatewayInit<Namespace>, OnGatewayDisconnect<Socket> {
  private readonly connections = new Map<Socket, Connection>();

  constructor(
    private readonly feeds: LiveFeeds,
    private readonly updates: FeedUpdates,
  ) {}

  afterInit(namespace: Namespace): void {
    requireSocketIo('LeaderboardModule', namespace);
    this.updates.sendTo({
      changes: (room, changes) => this.broadcast(namespace, room, changes),
      degraded: (room, notice: DegradedBoard) => void namespace.to(room).emit('degraded', notice),
    });
  }

  handleDisconnect(socket: Socket): void {
    this.leave(socket);
    this.connections.delete(socket);
  }

  @SubscribeMessage('watch')
  watch(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown, @Ack() answer: unknown) {
    return this.answer(socket, body, answer);
  }

  /** The same as `watch`, for a viewer that missed a version. */
  @SubscribeMessage('resync')
  resync(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown, @Ack() answer: unknown) {
    return this.answer(socket, body, answer);
  }

  /** Answers the requests of a socket one after the other. */
  private async answer(socket: Socket, body: unknown, ack: unknown): Promise<void> {
    if (!socket.connected) return;
    // Without an acknowledgement there is no snapshot, so nothing to watch.
    if (typeof ack !== 'function') return refusedMessageChannel.publish({ code: 'E_NO_ACKNOWLEDGEMENT' });
    // A client that does not read its answers gets no more of them.
    if (hasBacklog(socket)) return;
    const answer = ack as Answer;
    const refuse = (error: WatchRefusal['error']) => {
      refusedMessageChannel.publish({ code: error.code });
      answer({ error });
    };
    const request = watchSchema.safeParse(body);
    if (!request.success) {
      const fields = request.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'the message'}: ${message}`,
      );
      return refuse({ code: 'E_INVALID', detail: `Correct ${fields.join('; ')}` });
    }
    const connection = this.connectionOf(socket);
    if (connection.requests === LARGEST_QUEUE) {
      const detail = `At most ${LARGEST_QUEUE} requests of one socket may wait. Repeat this one when another was answered.`;
      return refuse({ code: 'E_TOO_MANY_WATCHES', detail });
    }
    connection.requests++;
    connection.answered = connection.answered.then(() =>
      this.enter(socket, connection, request.data, answer).catch((error: unknown) => refuse(describe(error))),
    );
    await connection.answered;
    connection.requests--;
  }

  /** The running watch continues until the new one has a snapshot. If that fails, it stays. */
  private async enter(socket: Socket, connection: Connection, request: Watch, answer: Answer): Promise<void> {
    const viewer: Viewer = {
      own: (place) => hasBacklog(socket) || socket.emit('me', place),
      end: () => connection.watch?.viewer === viewer && this.endWatch(socket, request),
    };
    await this.feeds.watch(request, viewer, (snapshot) => {
      if (!socket.connected) return this.feeds.leave(request, viewer);
      this.leave(socket);
      connection.watch = { request, viewer };
      connection.isBehind = false;
      void socket.join(this.feeds.roomOf(request));
      // In the same turn, so that no change is sent before the snapshot that it continues.
      answer(snapshot);
    });
  }

  private endWatch(socket: Socket, { board, window }: Watch): void {
    this.leave(socket);
    socket.emit('deleted', { board, window } satisfies DeletedBoard);
  }

  private leave(socket: Socket): void {
    const connection = this.connections.get(socket);
    if (!connection?.watch) return;
    const { request, viewer } = connection.watch;
    this.feeds.leave(request, viewer);
    void socket.leave(this.feeds.roomOf(request));
    connection.watch = null;
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.connections.get(socket);
    if (known) return known;
    const connection: Connection = { watch: null, isBehind: false, requests: 0, answered: Promise.resolve() };
    this.connections.set(socket, connection);
    return connection;
  }

  /** Encodes once for all. A viewer with unread messages leaves the room, and receives `behind` when it reads again. */
  private broadcast(namespace: Namespace, room: string, changes: LeaderboardChanges): void {
    for (const id of namespace.adapter.rooms.get(room) ?? []) {
      const socket = namespace.sockets.get(id);
      const connection = socket && this.connections.get(socket);
      if (!socket || !connection?.watch || !hasBacklog(socket) || connection.isBehind) continue;
      connection.isBehind = true;
      void socket.leave(room);
      const { board, window } = connection.watch.request;
      socket.conn.once('drain', () => socket.emit('behind', { board, window }));
    }
    namespace.to(room).emit('changes', changes);
  }
}

function hasBacklog(socket: Socket): boolean {
  return (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length >= LARGEST_BACKLOG;
}

function describe(error: unknown): WatchRefusal['error'] {
  const isCoded = error instanceof Error && 'code' in error && String(error.code).startsWith('E_');
  if (isCoded) return { code: String(error.code), detail: error.message };
  return { code: 'E_INTERNAL', detail: 'An unexpected error occurred. Watch again.' };
}
