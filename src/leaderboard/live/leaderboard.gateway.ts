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
import { LeaderboardPush } from './live-feeds.js';
import { type Watch, watchSchema } from '../api/leaderboard.schemas.js';
import type {
  DegradedBoard,
  LeaderboardChanges,
  WatchRefusal,
  WatchSnapshot,
} from './leaderboard.wire.js';
import type { Viewer } from './feed.js';

/** Messages that may wait for a viewer who does not read, beside those the kernel holds: two seconds of changes. */
const LARGEST_BACKLOG = 20;
/** Questions of one viewer that may wait for each other. */
const MOST_QUESTIONS = 4;

type Answer = (answer: WatchSnapshot | WatchRefusal) => void;

interface Audience {
  /** The running watch. */
  watch: { request: Watch; viewer: Viewer } | null;
  isBehind: boolean;
  questions: number;
  /** Settles when the questions before have been answered. */
  answered: Promise<void>;
}

/**
 * The namespace `/leaderboard`: anyone may watch, in rooms that only this file lets them into. Messages are leaderboard.wire.ts;
 * Nest's pipes and filters do not reach here.
 */
@WebSocketGateway({ namespace: '/leaderboard' })
export class LeaderboardGateway implements OnGatewayInit<Namespace>, OnGatewayDisconnect<Socket> {
  private readonly audience = new Map<Socket, Audience>();

  constructor(private readonly push: LeaderboardPush) {}

  afterInit(namespace: Namespace): void {
    this.push.sendTo({
      changes: (room, changes) => this.broadcast(namespace, room, changes),
      degraded: (room, notice: DegradedBoard) => void namespace.to(room).emit('degraded', notice),
    });
  }

  handleDisconnect(socket: Socket): void {
    this.leave(socket);
    this.audience.delete(socket);
  }

  @SubscribeMessage('watch')
  watch(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown, @Ack() answer: unknown) {
    return this.answer(socket, body, answer);
  }

  /** After a gap in versions: the same as `watch`. */
  @SubscribeMessage('resync')
  resync(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown, @Ack() answer: unknown) {
    return this.answer(socket, body, answer);
  }

  /** One request after the other, in the order in which they came. */
  private async answer(socket: Socket, body: unknown, ack: unknown): Promise<void> {
    // Who wants no acknowledgement gets none, and watches nothing.
    if (typeof ack !== 'function' || !socket.connected) return;
    // Nor does who asks on and on without reading what was answered.
    if (hasBacklog(socket)) return;
    const answer = ack as Answer;
    const request = watchSchema.safeParse(body);
    if (!request.success) {
      const fields = request.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'the message'}: ${message}`,
      );
      return answer({ error: { code: 'E_INVALID', detail: `Correct ${fields.join('; ')}` } });
    }
    const audience = this.audienceOf(socket);
    if (audience.questions === MOST_QUESTIONS) {
      const detail = `At most ${MOST_QUESTIONS} questions of one socket wait. Ask again when one was answered.`;
      return answer({ error: { code: 'E_TOO_MANY_WATCHES', detail } });
    }
    audience.questions++;
    audience.answered = audience.answered.then(() => this.enter(socket, audience, request.data, answer));
    await audience.answered;
    audience.questions--;
  }

  /** The running watch goes on until the snapshot of the new one is there, and beyond if there is none. */
  private async enter(socket: Socket, audience: Audience, request: Watch, answer: Answer): Promise<void> {
    const viewer: Viewer = { own: (place) => hasBacklog(socket) || socket.emit('me', place) };
    try {
      await this.push.watch(request, viewer, (snapshot) => {
        if (!socket.connected) return this.push.leave(request, viewer);
        this.leave(socket);
        audience.watch = { request, viewer };
        audience.isBehind = false;
        void socket.join(this.push.roomOf(request));
        // At once, so that no change can come before the snapshot it continues.
        answer(snapshot);
      });
    } catch (error) {
      answer({ error: describe(error) });
    }
  }

  private leave(socket: Socket): void {
    const audience = this.audience.get(socket);
    if (!audience?.watch) return;
    const { request, viewer } = audience.watch;
    this.push.leave(request, viewer);
    void socket.leave(this.push.roomOf(request));
    audience.watch = null;
  }

  private audienceOf(socket: Socket): Audience {
    const known = this.audience.get(socket);
    if (known) return known;
    const audience: Audience = { watch: null, isBehind: false, questions: 0, answered: Promise.resolve() };
    this.audience.set(socket, audience);
    return audience;
  }

  /** Encoded once for all; who has not read what was sent before gets nothing more until it has, and is told so. */
  private broadcast(namespace: Namespace, room: string, changes: LeaderboardChanges): void {
    for (const id of namespace.adapter.rooms.get(room) ?? []) {
      const socket = namespace.sockets.get(id);
      const audience = socket && this.audience.get(socket);
      if (!socket || !audience?.watch || !hasBacklog(socket) || audience.isBehind) continue;
      audience.isBehind = true;
      void socket.leave(room);
      const { board, window } = audience.watch.request;
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
  return { code: 'E_INTERNAL', detail: 'Something failed that should not have. Watch again.' };
}
