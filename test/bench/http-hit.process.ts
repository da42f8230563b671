import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QueryCacheModule, QueryCacheService } from '../../src/query-cache/index.js';
import { answerOf } from './cache-node.js';
import { openEngine } from './open-engine.js';

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
// Microseconds that this process has spent so far, whenever asked.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.((app.getHttpServer().address() as AddressInfo).port);
await once(process, 'disconnect');
await app.close();
engine.close();
