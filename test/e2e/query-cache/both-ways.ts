import {
  createServer,
  type IncomingHttpHeaders,
  request,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpAdapterHost } from '@nestjs/core';
import { fastLaneChannel, type FastLaneRequest } from '../../../src/query-cache/index.js';
import { subscribe } from '../../../src/telemetry/index.js';
import type { TestNode } from '../../support/app.js';
import { until } from '../../support/until.js';

export interface Exchange {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string;
}

export interface Answer {
  status: number | undefined;
  reason: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  /** Whether the fast lane answered. */
  isFast: boolean;
}

/** One application behind two ports: its own, with the fast lane, and one where Express gets all requests. */
export class BothWays {
  private readonly fastRoutes: string[] = [];
  private readonly unsubscribe = subscribe(fastLaneChannel, ({ route }: FastLaneRequest) =>
    this.fastRoutes.push(route),
  );

  private constructor(
    private readonly port: number,
    private readonly normal: Server,
  ) {}

  static async of(node: TestNode): Promise<BothWays> {
    const express = node.get(HttpAdapterHost).httpAdapter.getInstance<RequestListener>();
    const own = node.get(HttpAdapterHost).httpAdapter.getHttpServer() as Server;
    const normal = createServer({ keepAliveTimeout: own.keepAliveTimeout }, express);
    await new Promise<void>((resolve) => normal.listen(0, '127.0.0.1', resolve));
    return new BothWays(Number(new URL(node.url).port), normal);
  }

  /** Sends the same request to both ports: first the normal way. */
  async send(exchange: Exchange): Promise<{ normal: Answer; own: Answer }> {
    return { normal: await this.normalWay(exchange), own: await this.own(exchange) };
  }

  /** Sends it until the fast lane answers: on a busy machine the local tier serves nothing for moments. */
  async sendUntilFast(exchange: Exchange): Promise<{ normal: Answer; own: Answer }> {
    let answers = await this.send(exchange);
    await until(async () => answers.own.isFast || (answers = await this.send(exchange)).own.isFast);
    return answers;
  }

  normalWay(exchange: Exchange): Promise<Answer> {
    return this.exchange((this.normal.address() as AddressInfo).port, exchange);
  }

  own(exchange: Exchange): Promise<Answer> {
    return this.exchange(this.port, exchange);
  }

  /** Sends a request to the application's own port until the fast lane answers it. */
  async warm(path: string, headers: Exchange['headers'] = {}, method = 'GET'): Promise<Answer> {
    let answer = await this.own({ path, headers, method });
    await until(async () => answer.isFast || (answer = await this.own({ path, headers, method })).isFast);
    return answer;
  }

  async close(): Promise<void> {
    this.unsubscribe();
    this.normal.closeAllConnections();
    await new Promise((resolve) => this.normal.close(resolve));
  }

  private exchange(port: number, { body, method, path, headers }: Exchange): Promise<Answer> {
    const before = this.fastRoutes.length;
    // The same Host on both ports.
    const exchange = { method, path, headers: { host: `localhost:${this.port}`, ...headers } };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, agent: false, ...exchange }, (response) => {
        const { statusCode: status, statusMessage: reason, headers } = response;
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status, reason, headers, body: text, isFast: this.fastRoutes.length > before }),
        );
      });
      sent.on('error', reject).end(body);
    });
  }
}

/** Without what differs from one moment to the next. */
export function comparable({ headers, status, reason, body }: Answer) {
  const stable = {
    ...headers,
    date: typeof headers.date,
    age: typeof headers.age,
    'cache-status': headers['cache-status']?.toString().replace(/ttl=\d+/, 'ttl=N'),
    'server-timing': headers['server-timing']?.toString().replaceAll(/dur=\d+\.\d{3}/g, 'dur=N'),
  };
  return { status, reason, body, headers: stable };
}
