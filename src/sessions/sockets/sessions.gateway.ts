import { type OnModuleDestroy } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { requireSocketIo } from '../../common/index.js';
import { SessionSockets } from './session-sockets.js';

/** The namespace `/sessions`: the visitor's own session. sessions.wire.ts declares its messages. */
@WebSocketGateway({ namespace: '/sessions' })
export class SessionsGateway
  implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnModuleDestroy
{
  constructor(private readonly sockets: SessionSockets) {}

  afterInit(namespace: Namespace): void {
    requireSocketIo('SessionsModule', namespace);
    namespace.use((socket, next) => void this.authenticate(socket, next));
    this.sockets.start();
  }

  handleConnection(socket: Socket): Promise<void> {
    return this.sockets.join(socket);
  }

  onModuleDestroy(): void {
    this.sockets.stop();
  }

  private async authenticate(socket: Socket, next: (refusal?: Error) => void): Promise<void> {
    let refusal: Error | undefined;
    try {
      await this.sockets.authenticate(socket);
    } catch (error) {
      refusal = new Error(messageFor(error), { cause: error });
    }
    next(refusal);
  }
}

function messageFor(error: unknown): string {
  const isCoded = error instanceof Error && 'code' in error && String(error.code).startsWith('E_');
  return isCoded ? `${String(error.code)}: ${error.message}` : 'E_INTERNAL: Try again in a moment.';
}
