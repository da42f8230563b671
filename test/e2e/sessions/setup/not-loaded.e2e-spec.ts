import { Controller, Get, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { Ack, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Request, Response } from 'express';
import session from 'express-session';
import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer } from '../../../../local/index.js';
import { SessionsService, SignedInGuard, WithSession } from '../../../../src/sessions/index.js';
import { redisLike } from '../../../support/app.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { until } from '../../../support/until.js';
import { type BareApp, startBareApp } from './bare-app.js';

const ADA = { accountId: '1', username: 'ada', device: null };
const REMEDY =
  'The session of this request was not loaded. Add @WithSession() or @SignedInOnly() to the route.';

@Controller()
class WithoutDecorators {
  constructor(private readonly sessions: SessionsService) {}

  @Post('sign-in')
  @WithSession()
  signIn(@Req() request: Request) {
    return this.sessions.signIn(request, ADA);
  }

  @Get('calls/:method')
  call(
    @Param('method') method: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { sessions } = this;
    const calls: Record<string, () => unknown> = {
      signIn: () => sessions.signIn(request, ADA),
      require: () => sessions.require(request),
      save: () => sessions.save(request),
      rotate: () => sessions.rotate(request),
      signOut: () => sessions.signOut(request, response),
      update: () => sessions.update(request, () => undefined),
      patchData: () => sessions.patchData(request, {}),
      list: () => sessions.list(request),
      revoke: () => sessions.revoke(request, response, 'handle'),
      endOthers: () => sessions.endOthers(request, 'revoked'),
      endAll: () => sessions.endAll(request, response),
      withoutRequest: () => sessions.signIn(undefined as unknown as Request, ADA),
    };
    return calls[method]?.();
  }

  @Get('other')
  other(@Req() request: Request) {
    return { id: request.sessionID, isTheirs: request.session !== undefined };
  }

  @Get('ours')
  @WithSession()
  ours(@Req() request: Request) {
    return { signedIn: request.session.signedIn?.username ?? null };
  }
}

@WebSocketGateway({ namespace: '/guarded' })
class GuardedGateway {
  @SubscribeMessage('ask')
  @UseGuards(SignedInGuard)
  ask(@MessageBody() _body: unknown, @Ack() answer: (text: string) => void): void {
    answer('The guard let it pass.');
  }
}

describe('a bare application with SessionsModule', () => {
  let server: LocalServer;
  let running: BareApp;
  const start = async (setUp?: Parameters<typeof startBareApp>[2]) => {
    running = await startBareApp(
      server.url,
      { controllers: [WithoutDecorators], providers: [GuardedGateway] },
      setUp,
    );
  };
  beforeAll(async () => void (server = await startTestEngine(redisLike())));
  afterAll(() => server.stop());
  afterEach(() => running.app.close());

  it('logs one error with the remedy for each call on a route without @WithSession()', async () => {
    await start();
    const methods = ['signIn', 'require', 'save', 'rotate', 'signOut', 'update', 'patchData', 'list'];
    for (const method of [...methods, 'revoke', 'endOthers', 'endAll', 'withoutRequest']) {
      running.errors.length = 0;
      const { body } = await request(running.url).get(`/calls/${method}`).expect(500);
      expect(body).toMatchObject({ status: 500, code: 'E_INTERNAL' });
      expect(running.errors).toHaveLength(1);
      expect(running.errors[0]).toContain(REMEDY);
    }
  });

  it('signs in on a route with @WithSession(), without any global set-up', async () => {
    await start();
    const { headers } = await request(running.url).post('/sign-in').expect(201);
    const [cookie = ''] = headers['set-cookie'] as unknown as string[];
    const { body } = await request(running.url).get('/ours').set('cookie', cookie).expect(200);
    expect(body).toEqual({ signedIn: 'ada' });
    await request(running.url).get('/api/sessions/current').set('cookie', cookie).expect(200);
    const refused = await request(running.url)
      .delete('/api/sessions?except=all')
      .set('cookie', cookie)
      .expect('content-type', /problem\+json/)
      .expect(422);
    expect(refused.body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'except' }] });
  });

  it('works beside an express-session of the service on other paths, and names it on the same path', async () => {
    const theirs = session({ secret: 'theirs', resave: false, saveUninitialized: true });
    await start((app) => app.use('/other', theirs));
    const other = await request(running.url).get('/other').expect(200);
    expect(other.body).toMatchObject({ isTheirs: true });
    expect(other.headers['set-cookie']?.[0]).toMatch(/^connect\.sid=/);
    const { headers } = await request(running.url).post('/sign-in').expect(201);
    expect((headers['set-cookie'] as unknown as string[]).map((cookie) => cookie.split('=')[0])).toEqual([
      'sid',
    ]);
    await running.app.close();

    await start((app) => app.use(theirs));
    await request(running.url).get('/other').expect(200);
    await request(running.url).post('/sign-in').expect(500);
    expect(running.errors.join()).toContain('Another express-session middleware has loaded a session');
  });

  it('says in the log that a guard of a gateway cannot load a session', async () => {
    await start();
    const socket = io(`${running.url}/guarded`, { transports: ['websocket'] });
    try {
      const refusal = new Promise((resolve) => socket.once('exception', resolve));
      socket.emit('ask', {});
      expect(await refusal).toMatchObject({ status: 'error' });
      await until(() => running.errors.length > 0);
      expect(running.errors.join()).toContain(
        'Read the cookie of a websocket with sessions.loadFromCookie()',
      );
    } finally {
      socket.disconnect();
    }
  });
});
