import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../../support/app.js';
import { type Visit, Visitors } from '../visitors.js';

describe('PATCH /api/sessions/current/data', () => {
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  const nested = (levels: number, field = 'a') =>
    `{"${field}":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  const patch = ({ cookie }: Visit, body: string, type = 'application/json') =>
    request(app.url)
      .patch('/api/sessions/current/data')
      .set('cookie', cookie)
      .set('content-type', type)
      .send(body);

  it('accepts the media type application/merge-patch+json', async () => {
    const visit = await visitors.newVisit();
    const { body } = await patch(visit, '{"theme":"dark"}', 'application/merge-patch+json').expect(200);
    expect(body).toEqual({ data: { theme: 'dark' } });
  });

  it.each(['1e400', '-1e400'])(
    'rejects the number %s, which JSON would turn into null, with 422 and the name of the field',
    async (number) => {
      const visit = await visitors.newVisit();
      const { body } = await patch(visit, `{"prefs":{"sizes":[1,${number}]}}`).expect(422);
      expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'prefs.sizes.1' }] });
      expect((await visitors.current(visit)).body.data).toEqual({});
    },
  );

  it('saves a lone surrogate unchanged', async () => {
    const visit = await visitors.newVisit();
    await patch(visit, String.raw`{"half":"\ud800"}`).expect(200);
    expect((await visitors.current(visit)).body.data).toEqual({ half: '\ud800' });
  });

  it.each([
    ['more than 4 KB', JSON.stringify({ large: 'x'.repeat(5000) })],
    ['more than 32 levels', nested(32)],
    ['thousands of levels', nested(8000)],
    ['thousands of levels in a field that the session has itself', nested(8000, 'cookie')],
  ])('rejects %s with 413 and keeps the previous data', async (_what, body) => {
    const visit = await visitors.newVisit();
    await patch(visit, '{"theme":"dark"}').expect(200);
    const answer = await patch(visit, body).expect(413);
    expect(answer.body.code).toBe('E_TOO_LARGE');
    expect((await visitors.current(visit)).body.data).toEqual({ theme: 'dark' });
  });

  it.each([
    ['[]', { status: 422, code: 'E_INVALID', errors: [{ field: '' }] }],
    ['null', { status: 400, code: 'E_MALFORMED_JSON' }],
    ['"text"', { status: 400, code: 'E_MALFORMED_JSON' }],
  ])('rejects %j, which is not a merge patch', async (body, problem) => {
    const answer = await patch(await visitors.newVisit(), body);
    expect(answer.body).toMatchObject(problem);
  });

  it.each(['constructor', '__proto__', 'prototype'])(
    'saves a field named %s like any other',
    async (name) => {
      const visit = await visitors.newVisit();
      await patch(visit, `{"${name}":{"x":1}}`).expect(200);
      await patch(visit, '{"theme":"dark"}').expect(200);
      const { text } = await visitors.current(visit);
      expect(text).toContain(`"data":{"${name}":{"x":1},"theme":"dark"}`);
    },
  );
});
