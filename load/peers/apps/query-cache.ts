import { Controller, Get, Inject, Injectable, Module, Param, type Type } from '@nestjs/common';
import {
  type CachedQuery,
  FastLane,
  QueryCacheModule,
  type QueryCacheOptions,
  QueryCacheService,
  type QueryDefinition,
} from '../../../src/query-cache/index.js';
import { type AnswerKey, pathOf } from '../protocol.js';
import { fill } from './fill.js';
import { type Answer, database } from './database.js';
import { openEngine } from './engine.js';
import { type Peer, portOf, serverOf, startNest, TTL_SECONDS, UNSUPPORTED } from './peer.js';

const definition: QueryDefinition<AnswerKey, Answer> = {
  name: 'answers',
  ttlSeconds: TTL_SECONDS,
  tags: (answer) => [pathOf(answer)],
  load: (answer) => database.query(answer),
};

/** The cached query, as a service of an application defines it. */
@Injectable()
class AnswersService {
  readonly query: CachedQuery<AnswerKey, Answer>;

  constructor(queries: QueryCacheService) {
    this.query = queries.define(definition);
  }
}

@Controller('answers')
export class NormalController {
  constructor(@Inject(AnswersService) private readonly answers: AnswersService) {}

  @Get(':bytes/:id')
  answer(@Param('bytes') bytes: string, @Param('id') id: string) {
    return this.answers.query.read({ bytes: Number(bytes), id });
  }
}

@Controller('answers')
export class FastController {
  constructor(@Inject(AnswersService) private readonly answers: AnswersService) {}

  @Get(':bytes/:id')
  @FastLane('answers')
  answer(@Param('bytes') bytes: string, @Param('id') id: string) {
    return this.answers.query.read({ bytes: Number(bytes), id });
  }
}

type Options = Partial<Omit<QueryCacheOptions, 'engine'>>;

/** This project's query cache, in an application that has nothing else. */
export async function startQueryCache(url: string, controller: Type, options: Options = {}): Promise<Peer> {
  const engine = await openEngine(url);
  @Module({
    imports: [
      QueryCacheModule.forRoot({ engine, keyPrefix: controller.name, concurrentLoads: 6, ...options }),
    ],
    controllers: [controller],
    providers: [AnswersService],
  })
  class Application {}

  const app = await startNest(Application);
  const queries = app.get(QueryCacheService, { strict: false });
  return {
    ...UNSUPPORTED,
    port: portOf(serverOf(app)),
    invalidate: (answer) => queries.invalidateTag(pathOf(answer)),
    fill: (range) => fill(app, { url, definition }, range),
    close: async () => {
      await app.close();
      engine.close();
    },
  };
}
