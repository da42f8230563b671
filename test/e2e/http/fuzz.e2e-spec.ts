import { request as send } from 'node:http';
import fc from 'fast-check';
import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { rounds } from '../../support/scope.js';
import { asGameServer, asOperator } from '../../support/settings.js';
import { cookieOf, Visitors } from '../sessions/visitors.js';
import { oddRequests, type OddRequest, type Operation, text, value } from './odd-input.js';

type Parameter = { name: string; in: string };
type Document = { paths: Record<string, Record<string, { parameters?: Parameter[] }>> };

const RUNS = rounds(1000);
const MESSAGES = rounds(400);
const AT_ONCE = 8;
const ANSWERS_WITHIN_MS = 5000;
/** A fixed seed: a failure prints the input, and the same input comes again. */
const SEED = 20_010_601;

describe('random input', { timeout: 120_000 }, () => {
  let app: TestApp;
  /** Has the textbook side and the controls of the demo. */
  let demo: TestNode;
  let cookie: string;
  let operations: Operation[];
  const errors: string[] = [];
  beforeAll(async () => {
    const logger = {
      log: () => undefined,
      warn: () => undefined,
      error: (...parts: unknown[]) => void errors.push(parts.map(String).join(' ')),
    };
    app = await startApp({ logger, settings: { SIGN_IN_FAILURES_PER_ADDRESS: '100000' } });
    ({ cookie } = await new Visitors(app).newVisit());
    for (const board of ['arena', 'all'])
      await request(app.url)
        .put(`/api/leaderboards/${board}`)
        .set(asGameServer)
        .send({ windows: ['all', 'daily'] })
        .expect(200);
    demo = await app.startNode({ DEMO: 'true' });
    const textbook = request(demo.url).post('/textbook/sessions').send({ username: 'ada' });
    cookie = `${cookie}; ${cookieOf((await textbook.expect(201)).headers)}`;
    const { paths } = (await request(demo.url).get('/docs-json').expect(200)).body as Document;
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => ({
        method: method.toUpperCase(),
        path,
        query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      })),
    );
  });
  afterAll(async () => {
    await demo.close();
    await app.close();
  });

  /** Resolves with the status; rejects when no answer comes, or none that is whole. */
  function ask({ method, path, headers: sent, body: content }: OddRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = send(
        /^\/(textbook|api\/demo)/.test(path) ? demo.url : app.url,
        { method, path, headers: sent, agent: false, timeout: ANSWERS_WITHIN_MS },
        (response) => {
          response.resume();
          response.on('close', () =>
            response.complete ? resolve(response.statusCode ?? 0) : reject(new Error('cut off')),
          );
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${ANSWERS_WITHIN_MS} ms`)));
      asked.on('error', reject);
      asked.end(content);
    });
  }

  it('never gets a 500 from any route of the OpenAPI document', async () => {
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(
      fc.array(oddRequests(operations, [asGameServer, asOperator, { cookie }]), {
        minLength: AT_ONCE,
        maxLength: AT_ONCE,
      }),
      async (batch) => {
        const answers = await Promise.all(batch.map(ask));
        for (const [i, status] of answers.entries()) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          expect({ ...batch[i], status }).not.toMatchObject({ status: 500 });
        }
      },
    );
    await fc.assert(property, { numRuns: Math.ceil(RUNS / AT_ONCE), seed: SEED, endOnFailure: true });
    console.log(
      `fuzz: ${operations.length} routes, answers by status: ${JSON.stringify(Object.fromEntries(statuses))}`,
    );
    expect(statuses.get(200)).toBeGreaterThan(RUNS / 20);
    expect(statuses.get(422)).toBeGreaterThan(RUNS / 20);
    expect(errors).toEqual([]);
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
  });

  it('does not break any socket.io namespace', async () => {
    // Random requests may have deleted other boards.
    const headers = { 'content-type': 'application/json', ...asGameServer };
    const board = await fetch(`${demo.url}/api/leaderboards/quiet`, { method: 'PUT', headers, body: '{}' });
    expect(board.status).toBe(200);
    const sockets = ['leaderboard', 'sessions', 'console', 'textbook-leaderboard'].map((namespace) =>
      io(`${demo.url}/${namespace}`, {
        transports: ['websocket'],
        forceNew: true,
        extraHeaders: { cookie, ...asOperator },
      }),
    );
    const [leaderboard] = sockets as [Socket];
    const message = fc.record({
      socket: fc.constantFrom(...sockets),
      event: fc.oneof(
        fc.constantFrom('watch', 'resync', 'state', 'exception', 'message', '__proto__', ''),
        text,
      ),
      payload: fc.oneof(
        value,
        fc.dictionary(fc.constantFrom('board', 'window', 'top', 'playerId'), value),
        fc.constant(Buffer.alloc(100)),
      ),
      hasAck: fc.boolean(),
    });
    const property = fc.asyncProperty(message, ({ socket, event, payload, hasAck }) => {
      const args: unknown[] = hasAck ? [payload, () => undefined] : [payload];
      // socket.io's own client refuses to send names it reserves.
      if (
        ![
          'connect',
          'connect_error',
          'disconnect',
          'disconnecting',
          'newListener',
          'removeListener',
        ].includes(event)
      )
        socket.emit(event, ...args);
      return Promise.resolve();
    });
    await fc.assert(property, { numRuns: MESSAGES, seed: SEED });
    const snapshot = (await leaderboard
      .timeout(ANSWERS_WITHIN_MS)
      .emitWithAck('watch', { board: 'quiet', window: 'all', top: 3 })) as object;
    expect(snapshot).toMatchObject({ entries: [] });
    for (const socket of sockets) socket.disconnect();
    expect(errors).toEqual([]);
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
  });
});
