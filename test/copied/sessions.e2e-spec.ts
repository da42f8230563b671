import { randomBytes, randomUUID } from 'node:crypto';
import { Controller, type INestApplication, Post, Req } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Request } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineModule, Engines, parseEngineUrl } from '../../src/engine/index.js';
import { SessionsModule, SessionsService, WithSession } from '../../src/sessions/index.js';

const ENGINE_URL = process.env['ENGINE_URL'];
if (!ENGINE_URL) throw new Error('Set ENGINE_URL to Redis or Valkey, for example redis://127.0.0.1:6379.');

/** Signs everybody in. A service checks a password first. */
@Controller('sign-in')
class SignInController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @WithSession()
  signIn(@Req() request: Request) {
    return this.sessions.signIn(request, { accountId: 'account-1', username: 'ada', device: null });
  }
}

describe('the sessions module', { timeout: 30_000 }, () => {
  let app: INestApplication;

  beforeAll(async () => {
    const engine = EngineModule.forRoot({
      roles: { sessions: parseEngineUrl(ENGINE_URL) },
      deadlineMs: 2_000,
    });
    const sessions = SessionsModule.forRootAsync({
      inject: [Engines],
      useFactory: (engines: Engines) => ({
        engine: engines.redisFor('sessions'),
        keyPrefix: `test:${randomUUID()}`,
        secrets: [randomBytes(32).toString('base64')],
        sealingKeys: [randomBytes(32).toString('base64')],
        idleSeconds: 60,
        absoluteSeconds: 600,
        perAccount: 10,
        cookieSecure: false,
      }),
    });
    const module = await Test.createTestingModule({
      imports: [engine, sessions],
      controllers: [SignInController],
    }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  }, 60_000);
  afterAll(() => app.close());

  const signIn = async () => {
    const visitor = request.agent(app.getHttpServer());
    await visitor.post('/sign-in').expect(201);
    return visitor;
  };

  it('signs in, reads the session and signs out', async () => {
    const visitor = await signIn();
    const { body } = await visitor.get('/api/sessions/current').expect(200);
    expect(body).toMatchObject({ accountId: 'account-1', username: 'ada', data: {} });
    await visitor.delete('/api/sessions/current').expect(204);
    expect((await visitor.get('/api/sessions/current')).status).toBe(401);
  });

  it('keeps the data of a session', async () => {
    const visitor = await signIn();
    await visitor.patch('/api/sessions/current/data').send({ theme: 'dark' }).expect(200);
    const { body } = await visitor.get('/api/sessions/current').expect(200);
    expect(body.data).toEqual({ theme: 'dark' });
  });

  it('moves the data of a guest into the session of the sign-in', async () => {
    const visitor = request.agent(app.getHttpServer());
    await visitor.patch('/api/sessions/current/data').send({ theme: 'dark' }).expect(200);
    const { body } = await visitor.post('/sign-in').expect(201);
    expect(body).toMatchObject({ username: 'ada', data: { theme: 'dark' } });
  });

  it('answers 422 and names the field of a wrong request', async () => {
    const visitor = await signIn();
    const { status, type, body } = await visitor.delete('/api/sessions?except=newest');
    expect([status, type, body.code]).toEqual([422, 'application/problem+json', 'E_INVALID']);
    expect(body.errors).toMatchObject([{ field: 'except' }]);
  });

  it('answers 401 to a visitor without a session', async () => {
    const { status, type, body } = await request(app.getHttpServer()).get('/api/sessions/current');
    expect([status, type, body.code]).toEqual([401, 'application/problem+json', 'E_NO_SESSION']);
  });
});
