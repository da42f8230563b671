import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { LeaderboardPush } from './leaderboard.push.js';
import { type Watch, watchSchema } from './leaderboard.schemas.js';
import type { OwnPlaceChanged, WatchRefusal, WatchSnapshot } from './leaderboard.wire.js';

/** The namespace `/leaderboard`: anyone may watch. Messages are leaderboard.wire.ts; Nest's pipes and filters do not reach here. */
@WebSocketGateway({ namespace: '/leaderboard' })
export class LeaderboardGateway implements OnGatewayInit<Namespace>, OnGatewayDisconnect<Socket> {
  private readonly roomOf = new Map<string, string>();
  private readonly joining = new Map<string, Promise<void>>();

  constructor(private readonly push: LeaderboardPush) {}

  afterInit(namespace: Namespace): void {
    this.push.onChanges((room, changes) => namespace.to(room).emit('changes', changes));
  }

  async handleDisconnect(socket: Socket): Promise<void> {
    await this.joining.get(socket.id);
    await this.leave(socket);
  }

  @SubscribeMessage('watch')
  watch(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<WatchSnapshot | WatchRefusal> {
    return this.answer(socket, body);
  }

  /** After a gap in versions: the same as watching anew. */
  @SubscribeMessage('resync')
  resync(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<WatchSnapshot | WatchRefusal> {
    return this.answer(socket, body);
  }

  private async answer(socket: Socket, body: unknown): Promise<WatchSnapshot | WatchRefusal> {
    const request = watchSchema.safeParse(body);
    if (!request.success) {
      const fields = request.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return { error: { code: 'E_INVALID', detail: `Correct ${fields.join('; ')}` } };
    }
    try {
      return await this.join(socket, request.data);
    } catch (error) {
      return { error: describe(error) };
    }
  }

  /** One watch after the other: of two at once the first would be forgotten with its room still open. */
  private join(socket: Socket, request: Watch): Promise<WatchSnapshot> {
    const joining = (this.joining.get(socket.id) ?? Promise.resolve()).then(() =>
      this.joinNow(socket, request),
    );
    const settled = joining.then(
      () => undefined,
      () => undefined,
    );
    this.joining.set(socket.id, settled);
    void settled.then(() => this.joining.get(socket.id) === settled && this.joining.delete(socket.id));
    return joining;
  }

  private async joinNow(socket: Socket, request: Watch): Promise<WatchSnapshot> {
    const room = this.push.roomOf(request);
    if (this.roomOf.get(socket.id) !== room) await this.leave(socket);
    // Joined before the snapshot is read: a change in between then comes twice at worst, and is never missed.
    await socket.join(room);
    this.roomOf.set(socket.id, room);
    let isWatching = false;
    try {
      const { playerId } = request;
      const own = (place: OwnPlaceChanged) => socket.emit('me', place);
      const snapshot = await this.push.watch(request, { id: socket.id, playerId, own });
      isWatching = socket.connected;
      return snapshot;
    } finally {
      if (!isWatching) await this.leave(socket);
    }
  }

  private async leave(socket: Socket): Promise<void> {
    const room = this.roomOf.get(socket.id);
    if (room === undefined) return;
    this.roomOf.delete(socket.id);
    this.push.leave(room, socket.id);
    await socket.leave(room);
  }
}

function describe(error: unknown): WatchRefusal['error'] {
  const isCoded = error instanceof Error && 'code' in error && String(error.code).startsWith('E_');
  if (isCoded) return { code: String(error.code), detail: error.message };
  return { code: 'E_INTERNAL', detail: 'Something failed that should not have. Watch again.' };
}
