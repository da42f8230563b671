import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { conditionsAt } from './weather.model.js';

const placeSchema = z.object({
  latitude: z.coerce.number().min(-90).max(90),
  longitude: z.coerce.number().min(-180).max(180),
});

/**
 * Stands for an external weather service, slow and sometimes out of order: a real HTTP server on a loopback port, so that the cache saves
 * real requests.
 */
@Injectable()
export class WeatherUpstream implements OnModuleInit, OnApplicationShutdown {
  /** Requests received so far. */
  requests = 0;
  answersAfterMs = 300;
  isOutOfOrder = false;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async onModuleInit(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  onApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    await delay(this.answersAfterMs, undefined, { ref: false });
    const { pathname, searchParams } = new URL(url, this.url);
    const place = placeSchema.safeParse(Object.fromEntries(searchParams));
    if (this.isOutOfOrder) response.writeHead(500).end();
    else if (pathname !== '/conditions') response.writeHead(404).end();
    else if (!place.success) response.writeHead(422).end();
    else
      response
        .setHeader('Content-Type', 'application/json')
        .end(JSON.stringify(conditionsAt(place.data, new Date())));
  }
}
