import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { PASSWORD, Visitors } from '../visitors.js';

describe('POST /api/accounts', () => {
  const SIGN_UPS = 5;
  const FLOOD = 300;
  let app: TestApp;
  let limited: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    limited = await app.startNode({ SIGN_UPS_PER_ADDRESS: `${SIGN_UPS}` });
    visitors = new Visitors(app);
  });
  afterAll(async () => {
    await limited.close();
    await app.close();
  });

  const signUp = (url: string, username: string, password = PASSWORD) =>
    request(url).post('/api/accounts').send({ username, password });

  it('answers 429 beyond SIGN_UPS_PER_ADDRESS, also to concurrent sign-ups', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => signUp(limited.url, `limited-${i}`)),
    );
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(201), count(429)]).toEqual([SIGN_UPS, 30 - SIGN_UPS]);
    const { body, headers } = await signUp(limited.url, 'limited-too').expect(429);
    expect(body.code).toBe('E_TOO_MANY_SIGN_UPS');
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_500);
  });

  it(`queues some of ${FLOOD} concurrent sign-ups and answers 503 to the others, without delaying health, the page or a sign-in`, async () => {
    const username = await visitors.newAccount();
    let waiting = 0;
    const flood = Array.from({ length: FLOOD }, async (_, i) => {
      waiting++;
      const { status, headers } = await signUp(app.url, `flood-${i}`);
      waiting--;
      return { status, retryAfter: headers['retry-after'] };
    });
    const codes = [
      request(app.url).get('/health/live'),
      request(app.url).get('/index.html'),
      visitors.attempt(username),
    ];
    expect((await Promise.all(codes)).map(({ status }) => status)).toEqual([200, 200, 201]);
    expect(waiting).toBeGreaterThan(0);
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 201).length + refused.length).toBe(FLOOD);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['2']));
  });

  it.each([
    ['one of the most common', 'password'],
    ['one of the most common', '12345678'],
    ['one of the most common in capitals', 'PassWord1'],
    ['one of the most common in full-width letters', 'ｐａｓｓｗｏｒｄ'],
    ['blank', ' '.repeat(12)],
    ['blank in other characters', '\u00a0\u3000\t\n'.repeat(3)],
    ['one character repeated', 'ж'.repeat(9)],
    ['the name', 'weak-name'],
    ['the name in capitals and a year', 'WEAK-NAME-01'],
    ['too short by its characters', '🐎🐎🐎🐎🐎🐎🐎'],
    ['a lone surrogate', `\ud83dpassphrase of mine`],
  ])('rejects a password that is %s, also in a password change', async (_what, password) => {
    const refused = await signUp(app.url, 'weak-name', password).expect(422);
    expect(refused.body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'password' }] });
    const visit = await visitors.newVisit();
    const next = password.replaceAll(/weak-name/gi, visit.session.username.toUpperCase());
    const { body } = await visitors.changePassword(visit, next).expect(422);
    expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'next' }] });
  });

  it('treats composed and decomposed characters as the same password', async () => {
    await signUp(app.url, 'composed', 'Zürich ist schön').expect(201);
    const spellings = ['Zürich ist schön', 'Zürich ist schön'.normalize('NFD'), 'Zurich ist schon'];
    const statuses: number[] = [];
    for (const spelling of spellings) statuses.push((await visitors.attempt('composed', spelling)).status);
    expect(statuses).toEqual([201, 201, 401]);
  });

  it('answers 409 for a name that is taken', async () => {
    const username = await visitors.newAccount();
    const { body } = await signUp(app.url, username).expect(409);
    expect(body).toMatchObject({ code: 'E_USERNAME_TAKEN', status: 409 });
  });

  it('answers 422 with the wrong fields', async () => {
    const { body } = await signUp(app.url, 'x', 'short').expect(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['username', 'password']);
  });
});
