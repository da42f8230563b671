import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { canConnect, type Headers } from './handshake.js';

const LISTED = 'https://app.example.com';

let app: TestApp;
let demo: TestNode;
beforeAll(async () => {
  app = await startApp({ settings: { ALLOWED_ORIGINS: LISTED } });
  demo = await app.startNode({ DEMO: 'true' });
});
afterAll(async () => {
  await demo.close();
  await app.close();
});

const portOf = ({ url }: TestNode) => new URL(url).port;

/** What a browser sends about the page that makes a request, and whether the rule accepts it. */
const pages: [what: string, headers: (node: TestNode) => Headers, isAccepted: boolean][] = [
  ['a client that is not a browser', () => ({}), true],
  ['the application’s own page', ({ url }) => ({ origin: url, 'sec-fetch-site': 'same-origin' }), true],
  ['the application’s own page in an old browser', ({ url }) => ({ origin: url }), true],
  ['the address bar', () => ({ 'sec-fetch-site': 'none' }), true],
  ['a listed origin', () => ({ origin: LISTED }), true],
  [
    'a listed origin behind a proxy that rewrites Host',
    () => ({ origin: LISTED, 'sec-fetch-site': 'same-origin' }),
    true,
  ],
  ['a page of another site', () => ({ origin: 'https://evil.example' }), false],
  ['a page of another site without Origin', () => ({ 'sec-fetch-site': 'cross-site' }), false],
  ['a page of a sibling domain', () => ({ 'sec-fetch-site': 'same-site' }), false],
  [
    'a page with a foreign Origin and Sec-Fetch-Site: same-origin',
    () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
    false,
  ],
  [
    'a listed origin with Sec-Fetch-Site: cross-site',
    () => ({ origin: LISTED, 'sec-fetch-site': 'cross-site' }),
    false,
  ],
  [
    'the own origin with Sec-Fetch-Site: same-site',
    ({ url }) => ({ origin: url, 'sec-fetch-site': 'same-site' }),
    false,
  ],
  ['an origin with another scheme', ({ url }) => ({ origin: url.replace('http:', 'https:') }), false],
  ['an origin with an unknown scheme', ({ url }) => ({ origin: url.replace('http:', 'foo:') }), false],
  ['an origin with another port', ({ url }) => ({ origin: url.replace(/\d+$/, '1') }), false],
  ['an origin with another host', (node) => ({ origin: `http://localhost:${portOf(node)}` }), false],
  ['a sandboxed page', () => ({ origin: 'null' }), false],
  ['an Origin that is not a URL', () => ({ origin: 'x' }), false],
  ['an unknown value of Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'x' }), false],
  [
    'an origin that only forwarded headers of an untrusted proxy allow',
    () => ({
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }),
    false,
  ],
];

describe.each(pages)('a request from %s', (_what, headersFor, isAccepted) => {
  it.each(['post', 'put', 'patch', 'delete'] as const)(
    `${isAccepted ? 'is accepted' : 'is rejected with E_CROSS_SITE'} by %s`,
    async (method) => {
      const answer = await request(app.url)[method]('/api/leaderboards/none').set(headersFor(app));
      expect([answer.status === 403, answer.body.code === 'E_CROSS_SITE']).toEqual([
        !isAccepted,
        !isAccepted,
      ]);
    },
  );

  it.each(['get', 'head'] as const)('is accepted by %s, which only reads', async (method) => {
    const answer = await request(app.url)[method]('/api/leaderboards').set(headersFor(app));
    expect(answer.status).toBeLessThan(300);
  });

  it.each(['websocket', 'polling', 'JSONP'])(
    `${isAccepted ? 'can' : 'cannot'} open a websocket connection through %s; JSONP is always rejected`,
    async (transport) => {
      const isOpen = await canConnect(app, transport, headersFor(app));
      expect(isOpen).toBe(isAccepted && transport !== 'JSONP');
    },
  );
});

describe('socket.io namespaces', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  /** @returns 'connected', or the message of the refusal. */
  function connect(
    node: TestNode,
    namespace: string,
    transport: string,
    extraHeaders: Headers,
  ): Promise<string> {
    const socket = io(`${node.url}/${namespace}`, {
      transports: [transport],
      forceNew: true,
      reconnection: false,
      extraHeaders,
    });
    sockets.push(socket);
    return new Promise((resolve) => {
      socket
        .once('connect', () => resolve('connected'))
        .once('connect_error', ({ message }) => resolve(message));
    });
  }

  const namespaces = ['leaderboard', 'sessions', 'console', 'textbook-leaderboard'];
  const transports = ['websocket', 'polling'];
  const foreign: Headers[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }];
  it.each(namespaces.flatMap((namespace) => transports.map((transport) => [namespace, transport] as const)))(
    'reject a page of another origin: /%s over %s',
    async (namespace, transport) => {
      for (const headers of foreign) {
        expect(await connect(demo, namespace, transport, headers)).toMatch(/error/);
      }
    },
  );
});
