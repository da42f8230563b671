import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';

describe('answers for operators', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it.each(['/metrics', '/api/query-cache/stats', '/api/query-cache/traces'])(
    'are never stored by a cache, and neither is a 401: %s',
    async (path) => {
      const seen = await request(app.url).get(path).set(asOperator).expect(200);
      const refused = await request(app.url).get(path).expect(401);
      expect([seen, refused].map(({ headers }) => headers['cache-control'])).toEqual([
        'no-store',
        'no-store',
      ]);
    },
  );
});
