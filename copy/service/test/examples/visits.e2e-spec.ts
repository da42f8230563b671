// #region sessions
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.js';

describe('POST /api/examples/visits', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('counts each visit of a browser, also when they come at once', async () => {
    const browser = request.agent(service.url);
    await browser.post('/api/examples/visits').expect(200, { visits: 1 });
    await Promise.all(Array.from({ length: 5 }, () => browser.post('/api/examples/visits').expect(200)));
    const { body } = await browser.post('/api/examples/visits').expect(200);
    expect(body).toEqual({ visits: 7 });
  });
});
// #endregion
