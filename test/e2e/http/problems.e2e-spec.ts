import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asGameServer, asOperator } from '../../support/settings.js';

describe('error answers of the API', () => {
  let app: TestApp;
  const lines: string[] = [];
  const keep = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '));
  beforeAll(async () => {
    app = await startApp({ logger: { log: keep, warn: keep, error: keep } });
  });
  afterAll(() => app.close());

  const post = (path: string) => request(app.url).post(path).set('content-type', 'application/json');

  it('are problem details for an unknown route', async () => {
    const { body } = await request(app.url)
      .get('/api/nothing')
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'E_NOT_FOUND',
      detail: 'There is no GET /api/nothing. See /docs for what there is.',
    });
  });

  it('report malformed JSON without repeating it', async () => {
    const { body, text } = await post('/api/sessions').send('{"password": "hunter2",').expect(400);
    expect(body.code).toBe('E_MALFORMED_JSON');
    expect(text).not.toContain('hunter2');
  });

  it.each(['1', 'null', 'true', '"text"', '{"a":1', '[1,', 'x'])(
    'report that the body %s is neither a JSON object nor an array',
    async (text) => {
      const { body } = await post('/api/sessions').send(text).expect(400);
      expect(body.code).toBe('E_MALFORMED_JSON');
      expect(body.detail).toMatch(/^The body is neither a JSON object nor a JSON array\. /);
    },
  );

  it('name every invalid field', async () => {
    const { body } = await post('/api/sessions').send({ username: 7, extra: true }).expect(422);
    expect(body.code).toBe('E_INVALID');
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'username',
      'password',
      'extra',
    ]);
  });

  it('report a missing body', async () => {
    const { body } = await request(app.url).post('/api/accounts').expect(422);
    expect(body.detail).toBe('Correct the body: send JSON with Content-Type: application/json');
  });

  it('reject a body over 64 KB, or over 512 KB for scores', async () => {
    const large = { username: 'x'.repeat(65 * 1024) };
    expect((await post('/api/accounts').send(large).expect(413)).body.detail).toContain('64 KB');
    await post('/api/leaderboards/x/scores').set(asGameServer).send(large).expect(422);
    const tooLarge = { submissionId: 'x'.repeat(513 * 1024) };
    expect((await post('/api/leaderboards/x/scores').send(tooLarge).expect(413)).body.detail).toContain(
      '512 KB',
    );
  });

  it('have status 400 for a path that cannot be decoded', async () => {
    const { body } = await request(app.url).get('/api/flights/%zz').expect(400);
    expect(body.code).toBe('E_BAD_REQUEST');
  });

  it('have a strict content security policy and no X-Powered-By header', async () => {
    const { headers } = await request(app.url).get('/').expect(200);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('are documented at /docs', async () => {
    await request(app.url).get('/docs').expect(200);
    const { body } = await request(app.url).get('/docs-json').expect(200);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/api/sessions', '/api/flights/{id}', '/api/leaderboards/{board}/scores']),
    );
    const { schema } =
      body.paths['/api/leaderboards/{board}/scores'].post.requestBody.content['application/json'];
    expect(schema.oneOf.map(({ type }: { type: string }) => type)).toEqual(['object', 'array']);
  });

  it('are counted in /metrics by route, not by URL', async () => {
    await request(app.url).get('/metrics').expect(401);
    await request(app.url).get('/api/flights/41').expect(200);
    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    expect(text).toMatch(
      /^http_server_request_duration_seconds_count\{.*http_route="\/api\/flights\/:id".*\} 1$/m,
    );
    expect(text).toMatch(
      /^cache_lookup_duration_seconds_count\{cache_query="flights.flight",cache_outcome="miss".*\} 1$/m,
    );
    expect(text).toMatch(/^engine_up\{.*\} 1$/m);
    expect(text).toMatch(/^engine_breaker_open\{.*\} 0$/m);
    expect(text).toMatch(/^engine_calls_total\{.*engine_call_outcome="done".*\} \d+$/m);
    expect(text).not.toContain('/api/flights/41');
  });

  it('leave no password, cookie, key or session id in the log', async () => {
    const account = { username: 'canary-account', password: 'canary-password' };
    await post('/api/accounts').send(account).expect(201);
    const { headers } = await post('/api/sessions').send(account).expect(201);
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    app.engine.pause();
    await request(app.url).get('/api/sessions/current').set('cookie', cookie).expect(503);
    app.engine.resume();
    await post('/api/sessions').send({ ...account, password: 'canary-wrong-password' });
    const id = decodeURIComponent(cookie).slice('sid=s:'.length).split('.')[0] ?? 'no session';
    const log = lines.join('\n');
    expect(log).toContain('is ready');
    for (const secret of ['canary', cookie, id, asOperator.authorization, asGameServer.authorization]) {
      expect(log).not.toContain(secret);
    }
  });
});
