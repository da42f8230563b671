import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastLane, QueryCacheModule, QueryCacheService } from '../../../src/query-cache/index.js';
import { answerOf } from './cache-node.js';
import { openEngine } from '../engine/open-engine.js';

const answers = new Map<string, object>();

function answer(bytes: string): object {
  const known = answers.get(bytes) ?? answerOf(Number(bytes));
  answers.set(bytes, known);
  return known;
}

@Injectable()
class Answers {
  private readonly query;
  constructor(queries: QueryCacheService) {
    this.query = queries.define({
      name: 'answers',
      ttlSeconds: 3_600,
      tags: ({ bytes }: { bytes: string }) => [bytes],
      load: ({ bytes }) => Promise.resolve(answer(bytes)),
    });
  }

  read(bytes: string) {
    return this.query.read({ bytes });
  }
}

@Controller()
class AnswersController {
  constructor(private readonly answers: Answers) {}

  @Get('constant/:bytes')
  constant(@Param('bytes') bytes: string) {
    return answer(bytes);
  }

  @Get('cached/:bytes')
  cached(@Param('bytes') bytes: string) {
    return this.answers.read(bytes);
  }

  @Get('fast/:bytes')
  @FastLane('answers')
  fast(@Param('bytes') bytes: string) {
    return this.answers.read(bytes);
  }
}

const engine = await openEngine(process.argv[2] ?? '');

@Module({
  imports: [QueryCacheModule.forRoot({ engine, keyPrefix: 'bench', concurrentLoads: 6 })],
  providers: [Answers],
  controllers: [AnswersController],
})
class Application {}

const app = await NestFactory.create(Application, { logger: false });
await app.listen(0, '127.0.0.1');
const server = app.getHttpServer() as Server;
// While other sides are measured, connections are idle.
server.keepAliveTimeout = 600_000;

/** What `/bare/<bytes>` writes: an answer of the fast lane, as it is now. */
async function record(path: string): Promise<{ headers: Record<string, string>; bytes: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`);
  const ofConnection = ['connection', 'date', 'keep-alive'];
  const headers = [...response.headers].filter(([name]) => !ofConnection.includes(name));
  return { headers: Object.fromEntries(headers), bytes: Buffer.from(await response.arrayBuffer()) };
}

const recorded = new Map<string, Awaited<ReturnType<typeof record>>>();
const bare = createServer({ keepAliveTimeout: server.keepAliveTimeout }, (request, response) => {
  const known = recorded.get(request.url ?? '');
  if (known) response.writeHead(200, known.headers).end(known.bytes);
}).listen(0, '127.0.0.1');
await once(bare, 'listening');

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

async function reply(message: 'ports' | 'cpu' | { record: string }): Promise<unknown> {
  if (message === 'ports') return { nest: portOf(server), bare: portOf(bare) };
  // Microseconds that this process has spent so far.
  if (message === 'cpu') return process.cpuUsage().user + process.cpuUsage().system;
  const known = await record(message.record);
  recorded.set(message.record, known);
  return known.headers;
}

async function answerTo(message: Parameters<typeof reply>[0]): Promise<void> {
  process.send?.(await reply(message));
}

process.on('message', (message: Parameters<typeof reply>[0]) => void answerTo(message));
process.send?.('ready');
await once(process, 'disconnect');
bare.close();
bare.closeAllConnections();
await app.close();
engine.close();
