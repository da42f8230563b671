import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { Engines } from '../../engine/index.js';
import { Operators } from '../../http/index.js';
import { LauncherClient } from '../servers/launcher.client.js';
import { ServerEvents } from '../servers/server-events.js';
import { ConsoleFeed } from './console-feed.js';
import type { EngineConnection } from './console.wire.js';
import { NodeActivityCounter } from './node-activity.counter.js';

const RECENT = 20;

/** The namespace `/console`: the live feed for operators. Its messages are in console.wire.ts. */
@WebSocketGateway({ namespace: '/console' })
export class ConsoleGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket> {
  constructor(
    private readonly feed: ConsoleFeed,
    private readonly operators: Operators,
    private readonly engines: Engines,
    private readonly activity: NodeActivityCounter,
    private readonly launcher: LauncherClient,
    private readonly serverEvents: ServerEvents,
  ) {}

  afterInit(namespace: Namespace): void {
    namespace.use((socket, next) => {
      const refusal = this.operators.refusalOf(socket.handshake.headers);
      next(refusal ? new Error(`${refusal.code}: ${refusal.message}`) : undefined);
    });
    this.feed.onEvents({
      lookups: (traces) => namespace.emit('lookups', traces),
      sessions: (events) => namespace.emit('sessions', events),
      engines: (engines) => namespace.emit('engines', engines),
    });
    this.serverEvents.onEvents((events) => namespace.emit('server-events', events));
    this.activity.everySecond(
      () => namespace.sockets.size,
      (second) => namespace.emit('activity', [second]),
    );
  }

  handleConnection(socket: Socket): void {
    socket.emit('engines', this.engines.reports());
    socket.emit('connections', this.connections());
    socket.emit('servers', this.launcher.absence);
    socket.emit('server-events', this.serverEvents.newest);
    socket.emit('activity', this.activity.lastMinutes);
    socket.emit('lookups', this.feed.newestTraces(RECENT).toReversed());
  }

  private connections(): EngineConnection[] {
    return this.engines.all().map(({ roles, address }) => ({
      roles,
      isEncrypted: address.tls !== undefined,
      servers: address.nodes.map(({ host, port }) => `${host}:${port}`),
    }));
  }
}
