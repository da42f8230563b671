import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { rounds } from '../../support/scope.js';
import { until } from '../../support/until.js';
import { cookieOf, Visitors } from '../sessions/visitors.js';
import { useTextbookApp } from './textbook-app.js';

const ROUNDS = rounds(10);

describe('the textbook sessions', () => {
  const textbook = useTextbookApp();

  const visitors = {
    /** Signs in. Resolves with the cookie. */
    textbook: async (): Promise<string> => {
      const answer = request(textbook.app.url).post('/textbook/sessions').send({ username: 'ada' });
      return cookieOf((await answer.expect(201)).headers);
    },
    api: async (): Promise<string> => (await new Visitors(textbook.app).newVisit()).cookie,
  };
  type Side = keyof typeof visitors;

  const current = (side: Side, cookie: string) =>
    request(textbook.app.url).get(`/${side}/sessions/current`).set({ cookie });
  const patch = (side: Side, cookie: string, data: object) =>
    request(textbook.app.url).patch(`/${side}/sessions/current/data`).set({ cookie }).send(data);
  const signOut = (side: Side, cookie: string) =>
    request(textbook.app.url).delete(`/${side}/sessions/current`).set({ cookie });

  /** Whether one of two concurrent changes is lost although both were answered 200. */
  async function losesAChange(side: Side, cookie: string): Promise<boolean> {
    const [left, right] = [randomUUID(), randomUUID()];
    await Promise.all([
      patch(side, cookie, { left }).expect(200),
      patch(side, cookie, { right }).expect(200),
    ]);
    const { data } = (await current(side, cookie).expect(200)).body as { data: Record<string, string> };
    return data['left'] !== left || data['right'] !== right;
  }

  /** Whether a request that runs during a sign-out restores the session. */
  async function restoresTheSession(side: Side): Promise<boolean> {
    const cookie = await visitors[side]();
    const [signedOut] = await Promise.all([signOut(side, cookie), patch(side, cookie, { theme: 'dark' })]);
    // If the change came first, so that the sign-out was not answered 204, this round shows nothing.
    return signedOut.status === 204 && (await current(side, cookie)).status === 200;
  }

  it('keeps a session and its data until it ends, under its own cookie and prefix', async () => {
    const cookie = await visitors.textbook();
    expect(cookie).toMatch(/^textbook\.sid=/);
    await patch('textbook', cookie, { theme: 'dark' }).expect(200);
    expect((await current('textbook', cookie).expect(200)).body).toEqual({
      username: 'ada',
      data: { theme: 'dark' },
    });
    await signOut('textbook', cookie).expect(204);
    expect((await current('textbook', cookie).expect(401)).body.code).toBe('E_NO_SESSION');
  });

  it('loses one of two concurrent changes; the module keeps both', async () => {
    const cookie = await visitors.textbook();
    await until(() => losesAChange('textbook', cookie));
    const own = await visitors.api();
    for (let i = 0; i < ROUNDS; i++) expect(await losesAChange('api', own)).toBe(false);
  });

  it('restores an ended session when another request still runs; the module does not', async () => {
    await until(() => restoresTheSession('textbook'));
    for (let i = 0; i < ROUNDS; i++) expect(await restoresTheSession('api')).toBe(false);
  });
});
