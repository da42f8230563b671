import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  Get,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Response } from 'express';
import { Pool } from 'pg';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer } from '../../../../local/index.js';
import { ProblemsModule } from '../../../../src/common/index.js';
import { DatabaseModule, Migrations } from '../../../../src/database/index.js';
import { EngineModule, Engines, parseEngineUrl } from '../../../../src/engine/index.js';
import { LeaderboardModule, LeaderboardService } from '../../../../src/leaderboard/index.js';
import { redisLike } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { until } from '../../../support/until.js';

@Controller('own')
class OwnController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Get('page')
  page() {
    return this.leaderboard.page('unknown', { window: 'all', offset: 0, limit: 1 });
  }
}

/** As the documentation of Nest shows it. */
@Catch()
class AnswersEverything implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(500).json({ message: 'of the service' });
  }
}

describe('a bare application with LeaderboardModule and a pool of the service', () => {
  let server: LocalServer;
  let pool: Pool;
  let app: INestApplication<Server>;
  beforeAll(async () => {
    server = await startTestEngine(redisLike());
    pool = new Pool({ connectionString: await createDatabase() });
  });
  afterEach(() => app.close());
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  async function start(others: DynamicModule[] = [], ...filters: ExceptionFilter[]): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [
        EngineModule.forRoot({ roles: { leaderboard: parseEngineUrl(server.url) }, deadlineMs: 4_000 }),
        DatabaseModule.forRoot({ pool }),
        LeaderboardModule.forRootAsync({
          inject: [Engines],
          useFactory: (engines: Engines) => ({
            engine: engines.redisFor('leaderboard'),
            keyPrefix: randomUUID(),
            gameServerKeys: ['key'],
          }),
        }),
        ...others,
      ],
      controllers: [OwnController],
    }).compile();
    app = module.createNestApplication({ logger: false });
    app.useGlobalFilters(...filters);
    await app.init();
    await until(() => module.get(Migrations).unfinished.length === 0);
  }

  const get = (path: string) => request(app.getHttpServer()).get(path);
  const asGameServer = { authorization: 'Bearer key' };

  it('moves a score, validates its input and answers its errors as RFC 9457, with nothing set up globally', async () => {
    await start();
    const put = (path: string) => request(app.getHttpServer()).put(path).set(asGameServer);
    await put('/api/leaderboards/arena').send({}).expect(200);
    const scores = request(app.getHttpServer()).post('/api/leaderboards/arena/scores').set(asGameServer);
    const { body } = await scores.send({ submissionId: randomUUID(), playerId: 'ada', score: 7 }).expect(200);
    expect(body).toMatchObject({ playerId: 'ada', score: 7, rank: 1 });
    for (const [answer, status, code] of [
      [await put('/api/leaderboards/arena').send({ order: 'up' }), 422, 'E_INVALID'],
      [await put('/api/leaderboards/arena').set('authorization', '').send({}), 401, 'E_KEY_REQUIRED'],
      [await get('/api/leaderboards/unknown'), 404, 'E_BOARD_UNKNOWN'],
      [await get('/own/page'), 404, 'E_BOARD_UNKNOWN'],
    ] as const) {
      expect(answer.type).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status, code });
      expect(answer.status).toBe(status);
    }
  });

  it('keeps the errors of its routes under a global filter that catches everything', async () => {
    await start([], new AnswersEverything());
    expect((await get('/api/leaderboards/unknown').expect(404)).body).toMatchObject({
      code: 'E_BOARD_UNKNOWN',
    });
    expect((await get('/own/page').expect(500)).body).toEqual({ message: 'of the service' });
  });

  it('answers in the format of ProblemsModule', async () => {
    await start([
      ProblemsModule.forRoot({
        render: ({ status, detail }, response) => response.json({ statusCode: status, message: detail }),
      }),
    ]);
    for (const path of ['/api/leaderboards/unknown', '/own/page']) {
      const { type, body } = await get(path).expect(404);
      expect(type).toBe('application/json');
      expect(body).toEqual({
        statusCode: 404,
        message: expect.stringMatching(/^There is no board "unknown"/),
      });
    }
  });
});
