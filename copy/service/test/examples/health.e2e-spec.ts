import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.js';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('GET /health/ready', () => {
  it('is ok while PostgreSQL and the engines answer', async () => {
    const { body } = await request(service.url).get('/health/ready').expect(200);
    expect(body).toMatchObject({ status: 'ok', database: { state: 'ready' } });
  });
});

describe('GET /metrics', () => {
  it('needs the key of an operator', async () => {
    const { body } = await request(service.url).get('/metrics').expect(401);
    expect(body.code).toBe('E_KEY_REQUIRED');
  });

  it('has the duration of requests', async () => {
    const authorization = `Bearer ${service.secretOf('OPERATOR_KEY')}`;
    const { text } = await request(service.url).get('/metrics').set({ authorization }).expect(200);
    expect(text).toContain('http_server_request_duration_seconds');
  });
});
