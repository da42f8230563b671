import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';

const GRACE_MS = 250;
const SWEEP_MS = 50;
const LONGEST_DRAIN_MS = 8_000;

/**
 * Ends the keep-alive connections at shutdown. Nest waits until every connection is closed, but a keep-alive
 * connection closes only when told to: its next answer says so, and those that stay idle are swept.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown, OnApplicationShutdown {
  private draining = false;
  private sweep: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  readonly middleware = (_request: Request, response: Response, next: NextFunction): void => {
    if (this.draining) response.set('Connection', 'close');
    next();
  };

  async beforeApplicationShutdown(): Promise<void> {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    this.draining = true;
    // Stops accepting. http's own close() would cut idle connections at once, and with them requests on their way.
    NetServer.prototype.close.call(server);
    await delay(GRACE_MS);
    this.sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    this.limit = setTimeout(() => server.closeAllConnections(), LONGEST_DRAIN_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweep);
    clearTimeout(this.limit);
  }
}
