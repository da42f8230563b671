import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { sessionChannel, type SessionEvent } from '../../../../src/sessions/index.js';
import { handleOf } from '../../../../src/sessions/records/sessions.keys.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { asOperator } from '../../../support/settings.js';
import { accountKeyOf, cookieOf, idOf, keyOf, type Visit, Visitors } from '../visitors.js';

describe('session events', () => {
  const events: SessionEvent[] = [];
  const record = (event: SessionEvent) => void events.push(event);
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    visitors = new Visitors(app);
    sessionChannel.subscribe(record as (message: unknown) => void);
  });
  afterAll(async () => {
    sessionChannel.unsubscribe(record as (message: unknown) => void);
    await app.close();
  });

  const hashOf = (visit: Pick<Visit, 'cookie'>) => handleOf(idOf(visit)).slice(0, 12);

  it('are published on the diagnostics channel with hashed ids, and counted in metrics', async () => {
    const engine = app.engine as LocalEngine;
    const phone = await visitors.newVisit();
    const { username } = phone.session;
    const [laptop, tablet, watch] = [
      await visitors.signIn(username),
      await visitors.signIn(username),
      await visitors.signIn(username),
    ];
    await visitors.attempt(username, 'not this one').expect(401);
    await visitors.end(laptop).expect(204);
    // As if it had expired some time ago.
    await engine.command('DEL', keyOf(watch));
    await engine.command('ZADD', accountKeyOf(watch), '0', handleOf(idOf(watch)));
    await visitors.devices(phone);
    await engine.command('HSET', keyOf(tablet), 'payload', 'broken');
    await visitors.current(tablet).expect(401);
    const { headers } = await visitors.changePassword(phone, 'the next passphrase').expect(204);
    const rotated = { cookie: cookieOf(headers) };

    const published = events.map(({ event, reason, username, sessionHash }) => [
      event,
      reason,
      username,
      sessionHash,
    ]);
    expect(published).toEqual([
      ['created', null, username, hashOf(phone)],
      ['created', null, username, hashOf(laptop)],
      ['created', null, username, hashOf(tablet)],
      ['created', null, username, hashOf(watch)],
      ['refused', 'sign-in', null, null],
      ['revoked', 'signed-out', username, hashOf(laptop)],
      ['expired', 'expired', null, hashOf(watch)],
      ['refused', 'corrupt', null, hashOf(tablet)],
      ['rotated', null, username, hashOf(rotated)],
    ]);
    const ids = [phone, laptop, tablet, watch, rotated].map((visit) => idOf(visit));
    expect(ids.filter((id) => JSON.stringify(events).includes(id))).toEqual([]);

    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    const counts = [...text.matchAll(/^session_events_total\{.*session_event="(\w+)".*\} (\d+)$/gm)];
    expect(Object.fromEntries(counts.map(([, event, count]) => [event, Number(count)]))).toEqual({
      created: 4,
      refused: 2,
      revoked: 1,
      expired: 1,
      rotated: 1,
    });
  });
});
