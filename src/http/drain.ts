import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import { HTTP_OPTIONS, type HttpOptions } from './http.options.js';

const GRACE_MS = 250;
const SWEEP_MS = 50;
const LONGEST_DRAIN_MS = 8_000;
/** Node.js recommends a longer timeout for headers than for idle connections. */
const HEADERS_MARGIN_MS = 5_000;

/**
 * Takes this node out of service without breaking a request. First `/health/ready` answers 503 while requests are still served, so
 * that a load balancer sends no more; then the server stops accepting and closes its keep-alive connections. Nest waits until every
 * connection is closed, but a keep-alive connection closes only after an answer with `Connection: close`; those that stay idle
 * are closed here. So are those that browsers open in advance, which count as busy until their first request.
 */
@Injectable()
export class Drain implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly connections = new Set<Socket>();
  private leaving = false;
  private sweep: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(HTTP_OPTIONS) private readonly options: HttpOptions,
  ) {}

  /** True while the node is stopping. It still answers requests, but the load balancer should send no new ones. */
  get isLeaving(): boolean {
    return this.leaving;
  }

  /** Resolves after `shutdownDelayMs`, in which the load balancer has to notice. Call it before the application closes. */
  async leave(): Promise<void> {
    this.leaving = true;
    await delay(this.options.shutdownDelayMs);
  }

  /** While the node is stopping, closes each connection after its answer. */
  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    if (this.leaving) response.set('Connection', 'close');
    next();
  };

  onApplicationBootstrap(): void {
    const { keepAliveMs } = this.options;
    Object.assign(this.server, {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: keepAliveMs + HEADERS_MARGIN_MS,
    });
    this.server.on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    this.leaving = true;
    // Stops accepting connections. The http server's own close() would also close idle connections, and lose requests that are on their way.
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
