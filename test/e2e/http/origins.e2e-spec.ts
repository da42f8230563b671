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

/** What a browser may say of the page that sends a request, and whether the rule accepts it. */
const pages: [what: string, headers: (node: TestNode) => Headers, isAccepted: boolean][] = [
  ['no browser', () => ({}), true],
  ['an own page', ({ url }) => ({ origin: url, 'sec-fetch-site': 'same-origin' }), true],
  ['an own page in an old browser', ({ url }) => ({ origin: url }), true],
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
    'an own page, says the browser, with a foreign Origin',
    () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
    false,
  ],
  ['a listed origin of another site', () => ({ origin: LISTED, 'sec-fetch-site': 'cross-site' }), false],
  ['an own page, by a sibling domain', ({ url }) => ({ origin: url, 'sec-fetch-site': 'same-site' }), false],
  ['another scheme', ({ url }) => ({ origin: url.replace('http:', 'https:') }), false],
  ['an unknown scheme', ({ url }) => ({ origin: url.replace('http:', 'foo:') }), false],
  ['another port', ({ url }) => ({ origin: url.replace(/\d+$/, '1') }), false],
  ['another host', (node) => ({ origin: `http://localhost:${portOf(node)}` }), false],
  ['a sandboxed page', () => ({ origin: 'null' }), false],
  ['an Origin that is no URL', () => ({ origin: 'x' }), false],
  ['a value of Sec-Fetch-Site that is not known', () => ({ 'sec-fetch-site': 'x' }), false],
  [
    'forwarded headers of a proxy that is not trusted',
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
    `${isAccepted ? 'may' : 'may not'} change something: %s`,
    async (method) => {
      const answer = await request(app.url)[method]('/api/leaderboards/none').set(headersFor(app));
      expect([answer.status === 403, answer.body.code === 'E_CROSS_SITE']).toEqual([
        !isAccepted,
        !isAccepted,
      ]);
    },
  );

  it.each(['get', 'head'] as const)('may read: %s', async (method) => {
    const answer = await request(app.url)[method]('/api/leaderboards').set(headersFor(app));
    expect(answer.status).toBeLessThan(300);
  });

  it.each(['websocket', 'polling', 'JSONP'])(
    `${isAccepted ? 'may' : 'may not'} open a %s connection, but never by JSONP`,
    async (transport) => {
      const isOpen = await canConnect(app, transport, headersFor(app));
      expect(isOpen).toBe(isAccepted && transport !== 'JSONP');
    },
  );
});

describe('the namespaces', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  /** Resolves with why it was refused, or with 'connected'. */
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

  const namespaces = ['leaderboard', 'sessions', 'console'];
  const transports = ['websocket', 'polling'];
  const foreign: Headers[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }];
  it.each(namespaces.flatMap((namespace) => transports.map((transport) => [namespace, transport] as const)))(
    'refuse a page of another origin: /%s by %s',
    async (namespace, transport) => {
      for (const headers of foreign) {
        expect(await connect(demo, namespace, transport, headers)).toMatch(/error/);
      }
    },
  );
});
