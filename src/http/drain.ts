import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';

const GRACE_MS = 250;
const SWEEP_MS = 50;
const LONGEST_DRAIN_MS = 8_000;

/**
 * Ends the keep-alive connections at shutdown. Nest waits until every connection is closed, but a keep-alive
 * connection closes only when told to: its next answer says so, and those that stay idle are swept. So are those that browsers open
 * in advance, which count as busy until their first request.
 */
@Injectable()
export class Drain implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly connections = new Set<Socket>();
  private draining = false;
  private sweep: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    if (this.draining) response.set('Connection', 'close');
    next();
  };

  onApplicationBootstrap(): void {
    this.server.on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    this.draining = true;
    // Stops accepting. http's own close() would cut idle connections at once, and with them requests on their way.
    NetServer.prototype.close.call(server);
    await delay(GRACE_MS);
    this.sweep = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of this.connections) if (socket.bytesRead === 0) socket.destroy();
    }, SWEEP_MS);
    this.limit = setTimeout(() => server.closeAllConnections(), LONGEST_DRAIN_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweep);
    clearTimeout(this.limit);
  }

  private get server(): Server {
    return this.host.httpAdapter.getHttpServer() as Server;
  }
}
