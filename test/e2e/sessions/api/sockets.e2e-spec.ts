import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { elapsed } from '../../../support/elapsed.js';
import { until } from '../../../support/until.js';
import { keyOf, type Visit, Visitors } from '../visitors.js';

describe('websocket namespace /sessions', () => {
  let app: TestApp;
  let other: TestNode;
  let here: Visitors;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp({ settings: { SESSION_IDLE_SECONDS: '20' } });
    other = await app.startNode();
    here = new Visitors(app);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  function connect(
    { cookie }: Pick<Visit, 'cookie'>,
    node: { url: string } = other,
    headers: { origin?: string } = {},
  ): Socket {
    const extraHeaders = { cookie, ...headers };
    const options = { transports: ['websocket'], forceNew: true, extraHeaders };
    const socket: Socket = io(`${node.url}/sessions`, options);
    sockets.push(socket);
    return socket;
  }

  const next = (socket: Socket, name: string) =>
    new Promise<unknown>((resolve) => {
      socket.once(name, resolve);
    });
  const refusal = (socket: Socket) =>
    new Promise<string>((resolve) => {
      socket.once('connect_error', ({ message }) => resolve(message));
    });

  it('sends the session at the start and after each change on any node', async () => {
    const visit = await here.newVisit();
    const socket = connect(visit);
    expect(await next(socket, 'state')).toMatchObject({ username: visit.session.username, data: {} });
    const changed = next(socket, 'state');
    await here.patch(visit, { theme: 'dark' }).expect(200);
    expect(await changed).toMatchObject({ data: { theme: 'dark' } });
  });

  it.each([
    ['signed out', (visit: Visit) => here.end(visit).expect(204), 'signed-out'],
    ['revoked from another device', (visit: Visit) => revokeFromElsewhere(visit), 'revoked'],
    [
      'ended by an operator',
      ({ session }: Visit) => here.endAllOf(session.username).expect(200),
      'ended-by-operator',
    ],
    ['replaced by a new id', (visit: Visit) => here.changePassword(visit, 'the next passphrase'), 'rotated'],
  ])('disconnects on every node within a second when the session is %s', async (_how, end, reason) => {
    const visit = await here.newVisit();
    const both = [connect(visit), connect(visit, app)];
    await Promise.all(both.map((socket) => next(socket, 'state')));
    const ended = Promise.all(both.map((socket) => next(socket, 'ended')));
    const dropped = Promise.all(
      both.map((socket) => new Promise((resolve) => void socket.once('disconnect', resolve))),
    );
    await end(visit);
    const { result, ms } = await elapsed(() => ended);
    expect(result).toEqual([{ reason }, { reason }]);
    expect(ms).toBeLessThan(1000);
    await dropped;
  });

  it.each([
    ['SESSION_IDLE_SECONDS', 'idleExpiresAt'],
    ['SESSION_ABSOLUTE_SECONDS', 'absoluteExpiresAt'],
  ] as const)('disconnects within a second when %s is over', async (lifetime, end) => {
    const node = await app.startNode({ [lifetime]: '3' });
    const { cookie, session } = await new Visitors(node).newVisit();
    const socket = connect({ cookie }, node);
    const left = Date.parse(session[end]) - Date.now();
    const { result, ms } = await elapsed(() => next(socket, 'ended'));
    expect(result).toEqual({ reason: 'expired' });
    expect(ms - left).toBeLessThan(1000);
    await node.close();
  });

  it.each([
    ['rejects a page of another site', () => 'https://elsewhere.example', 'connect_error'],
    ['accepts its own page', () => app.url, 'state'],
  ])('%s', async (_what, origin, event) => {
    const { cookie } = await here.newVisit();
    const socket = connect({ cookie }, app, { origin: origin() });
    const heard = await Promise.race(
      ['connect_error', 'state'].map((name) => next(socket, name).then(() => name)),
    );
    expect(heard).toBe(event);
  });

  it.each([
    ['no session', () => Promise.resolve({ cookie: '' })],
    ['a forged cookie', () => Promise.resolve({ cookie: 'sid=s%3Aforged.signature' })],
    [
      'a session that has ended',
      async () => {
        const visit = await here.newVisit();
        await here.end(visit).expect(204);
        return visit;
      },
    ],
  ])('rejects a handshake with %s', async (_what, visit) => {
    expect(await refusal(connect(await visit()))).toMatch(/^E_NO_SESSION/);
  });

  it('keeps a session alive by messages alone', async () => {
    const visit = await here.newVisit();
    const socket = connect(visit);
    await next(socket, 'state');
    let seen = 0;
    await until(async () => {
      socket.emit('active');
      seen = await seenAt(visit);
      return seen > Date.parse(visit.session.lastSeenAt);
    });
    expect(await timeToLive(visit)).toBeGreaterThan(Date.parse(visit.session.idleExpiresAt) - seen);
  });

  /** Read from the engine, because a request would count as use. */
  async function seenAt(visit: Visit): Promise<number> {
    return Number(await (app.engine as LocalEngine).command('HGET', keyOf(visit), 'lastSeenAt'));
  }

  async function timeToLive(visit: Visit): Promise<number> {
    return Number(await (app.engine as LocalEngine).command('PTTL', keyOf(visit)));
  }

  async function revokeFromElsewhere(visit: Visit): Promise<void> {
    const elsewhere = await here.signIn(visit.session.username);
    const device = (await here.devices(elsewhere)).find(({ current }) => !current);
    await here.end(elsewhere, `/${device?.handle}`).expect(204);
  }
});
