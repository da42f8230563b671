// #region query-cache
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.js';

describe('GET /api/examples/series/:length', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('is answered from memory the second time', async () => {
    const first = await request(service.url).get('/api/examples/series/1000').expect(200);
    expect(first.body).toEqual({ numbers: 1000, sum: 500_500 });
    const second = await request(service.url).get('/api/examples/series/1000').expect(200);
    expect(second.body).toEqual(first.body);
    expect(second.headers['cache-status']).toMatch(/^query-cache; hit/);
  });

  it('rejects a length that is no number', async () => {
    const { body } = await request(service.url).get('/api/examples/series/all').expect(422);
    expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'length' }] });
  });
});
// #endregion
