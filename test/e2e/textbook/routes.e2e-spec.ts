import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestNode } from '../../support/app.js';
import { useTextbookApp } from './textbook-app.js';

describe('the textbook side', () => {
  const textbook = useTextbookApp();
  let production: TestNode;
  beforeAll(async () => {
    production = await textbook.app.startNode({ DEMO: 'false' });
  });
  afterAll(() => production.close());

  const routesOf = async ({ url }: TestNode) =>
    Object.keys((await request(url).get('/docs-json').expect(200)).body.paths as object).filter((path) =>
      path.startsWith('/textbook'),
    );

  /** @returns 'connected', or the message of the refusal. */
  async function connect({ url }: TestNode): Promise<string> {
    const socket = io(`${url}/textbook-leaderboard`, { transports: ['websocket'], forceNew: true });
    const outcome = await new Promise<string>((resolve) => {
      socket
        .once('connect', () => resolve('connected'))
        .once('connect_error', ({ message }) => resolve(message));
    });
    socket.disconnect();
    return outcome;
  }

  it('is in the OpenAPI document of a demo', async () => {
    expect(await routesOf(textbook.app)).toEqual([
      '/textbook/flights/routes/{origin}',
      '/textbook/flights/routes/{origin}/{destination}',
      '/textbook/flights/airports/ranking',
      '/textbook/flights/mine',
      '/textbook/flights/{id}',
      '/textbook/sessions',
      '/textbook/sessions/current',
      '/textbook/sessions/current/data',
      '/textbook/leaderboards/{board}/scores',
      '/textbook/leaderboards/{board}/points',
      '/textbook/leaderboards/{board}',
      '/textbook/leaderboards/{board}/players/{playerId}',
      '/textbook/leaderboards/{board}/players/{playerId}/neighbours',
    ]);
    expect(await connect(textbook.app)).toBe('connected');
  });

  it('does not exist without DEMO=true', async () => {
    expect(await routesOf(production)).toEqual([]);
    await request(production.url).get('/textbook/flights/1').expect(404);
    await request(production.url).post('/textbook/sessions').send({ username: 'ada' }).expect(404);
    await request(production.url).get('/textbook/leaderboards/arena').expect(404);
    expect(await connect(production)).toBe('Invalid namespace');
  });

  it('rejects requests from pages of other sites', async () => {
    const { body } = await request(textbook.app.url)
      .post('/textbook/sessions')
      .set({ origin: 'https://evil.example' })
      .send({ username: 'ada' })
      .expect(403);
    expect(body.code).toBe('E_CROSS_SITE');
  });

  it.each<[method: 'get' | 'post' | 'patch', path: string, body: object | undefined, field: string]>([
    ['get', 'flights/routes/XX', undefined, 'origin'],
    ['get', 'flights/routes/JFK?limit=0', undefined, 'limit'],
    ['get', 'flights/x', undefined, 'id'],
    ['post', 'sessions', { username: '' }, 'username'],
    ['post', 'sessions', undefined, 'the body'],
    ['patch', 'sessions/current/data', { theme: { dark: true } }, 'theme'],
    ['patch', 'sessions/current/data', { home: '\u0000' }, 'home'],
    ['patch', 'sessions/current/data', [], 'the body'],
    ['post', 'leaderboards/arena/scores', { playerId: 'ada', score: 0.5 }, 'score'],
    ['post', 'leaderboards/arena/points', { playerId: '', score: 1 }, 'playerId'],
    ['post', 'leaderboards/Arena/scores', { playerId: 'ada', score: 1 }, 'board'],
    ['get', 'leaderboards/arena?offset=-1', undefined, 'offset'],
    ['get', 'leaderboards/arena?limit=1001', undefined, 'limit'],
  ])('answers 422 and names the field: %s %s %o', async (method, path, body, field) => {
    const sent = request(textbook.app.url)[method](`/textbook/${path}`);
    const answer = await (body ? sent.send(body) : sent).expect(422);
    expect(answer.body.code).toBe('E_INVALID');
    expect(answer.body.detail).toContain(`Correct ${field}: `);
  });
});
