import { Controller, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalServer } from '../../../../local/index.js';
import { type MergeGuest, SessionsService, WithSession } from '../../../../src/sessions/index.js';
import { redisLike } from '../../../support/app.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { cookieOf } from '../visitors.js';
import { type BareApp, startBareApp } from './bare-app.js';

const SAVED = { theme: 'light', words: ['old'] };

declare module 'express-session' {
  interface SessionData {
    pages: string[];
  }
}

@Controller()
class Shop {
  constructor(private readonly sessions: SessionsService) {}

  @Post('pages')
  @WithSession()
  see(@Req() { session }: Request) {
    session.pages = [...(session.pages ?? []), 'a page'];
    return session.pages;
  }

  @Post('sign-in')
  @WithSession()
  signIn(@Req() request: Request) {
    const identity = { accountId: '1', username: 'ada', device: null, data: SAVED };
    return this.sessions.signIn(request, identity);
  }
}

describe('the sign-in of a guest to an account that has data of its own', () => {
  let server: LocalServer;
  let running: BareApp;
  beforeAll(async () => void (server = await startTestEngine(redisLike())));
  afterAll(() => server.stop());
  afterEach(() => running.app.close());

  /** @returns the data after the sign-in of a guest with these. */
  async function signInWith(
    data: object,
    mergeGuest?: MergeGuest,
  ): Promise<{ cookie: string; data: unknown }> {
    const options = { ...(mergeGuest && { mergeGuest }), largestDataBytes: 200 };
    running = await startBareApp(server.url, { controllers: [Shop], options });
    const { headers } = await request(running.url).post('/pages').expect(201);
    const guest = cookieOf(headers);
    await request(running.url)
      .patch('/api/sessions/current/data')
      .set('cookie', guest)
      .send(data)
      .expect(200);
    const { headers: set, body } = await request(running.url)
      .post('/sign-in')
      .set('cookie', guest)
      .expect(201);
    return { cookie: cookieOf(set), data: body.data };
  }

  it('adds the fields of the guest that the account does not have', async () => {
    const { data } = await signInWith({ theme: 'dark', basket: ['tea'] });
    expect(data).toEqual({ theme: 'light', words: ['old'], basket: ['tea'] });
  });

  it('merges as the application says', async () => {
    const joined: MergeGuest = (guest, account) => ({
      ...account,
      words: [...(account['words'] as string[]), ...(guest['words'] as string[])],
    });
    expect((await signInWith({ words: ['new'] }, joined)).data).toEqual({
      theme: 'light',
      words: ['old', 'new'],
    });
  });

  it('moves the other fields of the session too', async () => {
    const { cookie } = await signInWith({});
    const { body } = await request(running.url).post('/pages').set('cookie', cookie).expect(201);
    expect(body).toEqual(['a page', 'a page']);
  });

  it('succeeds with the data of the account alone if both together are too large', async () => {
    expect((await signInWith({ basket: 'x'.repeat(150) })).data).toEqual(SAVED);
  });
});
