// #region plain-cache
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.js';

describe('GET /api/examples/server', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('queries PostgreSQL once', async () => {
    const first = await request(service.url).get('/api/examples/server').expect(200);
    expect(first.body.version).toMatch(/^PostgreSQL/);
    const second = await request(service.url).get('/api/examples/server').expect(200);
    expect(second.body.loadedAt).toBe(first.body.loadedAt);
  });
});
// #endregion
