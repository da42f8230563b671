import { randomBytes, randomUUID } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import type { Session, SessionData, Store } from 'express-session';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { handleOf } from '../../../../src/sessions/records/sessions.keys.js';
import { installed } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { until } from '../../../support/until.js';
import { type BareNode, startBareNode } from './bare-node.js';

const RACES = Number(process.env['SESSION_RACES'] ?? rounds(1000));
const AT_ONCE = 50;
/** In every second race, the concurrent request is held until the response of the sign-out; the others just run. */
const HELD_EVERY = 2;

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];

describe('concurrent requests on two nodes under plain express-session', { timeout: 120_000 }, () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startEngine(kind);
  });
  afterAll(() => server.stop());

  describe('SessionsStore', () => {
    it(`keeps all of ${RACES} concurrent writes to one session`, async () => {
      await usingStores(ours, async (stores) => {
        expect(await lostOf(RACES, stores)).toEqual({ acknowledged: RACES, lost: 0 });
      });
    });

    it(`restores no ended session in ${RACES} races of a sign-out against another request`, async () => {
      await usingStores(ours, async (stores) => {
        expect(await resurrectedOf(RACES, stores)).toEqual({ signedOut: RACES, resurrected: 0 });
      });
    });
  });

  describe('SessionsStore.rotate', () => {
    it(`keeps acknowledged writes and sign-outs in ${RACES / 5} races`, async () => {
      await usingStores(ours, async ([here, there]) => {
        const count = { acknowledged: 0, lost: 0, signedOut: 0, resurrected: 0 };
        for (let i = 0; i < RACES / 5; i++) {
          const raced = await raceAgainstRotation(here as SessionsStore, there as SessionsStore, i);
          if (raced.isWritten) count.acknowledged++;
          if (raced.isWritten && !raced.hasWrite && !raced.isSignedOut) count.lost++;
          if (raced.isSignedOut) count.signedOut++;
          if (raced.isSignedOut && raced.isThere) count.resurrected++;
        }
        console.info(`new ids: ${JSON.stringify(count)}`);
        expect(count).toMatchObject({ lost: 0, resurrected: 0 });
        // Some requests must win and some must lose, otherwise they did not race.
        for (const happened of [count.acknowledged, count.signedOut]) {
          expect(happened).toBeGreaterThan(0);
          expect(happened).toBeLessThan(RACES / 5);
        }
      });
    });
  });

  describe('connect-redis alone (control)', () => {
    it('loses concurrent writes', async () => {
      await usingStores(stock, async (stores) => {
        const { acknowledged, lost } = await lostOf(RACES / 10, stores);
        console.info(`control: ${lost} of ${acknowledged} writes lost`);
        expect(lost).toBeGreaterThan(0);
      });
    });

    it('restores ended sessions', async () => {
      await usingStores(stock, async (stores) => {
        const { signedOut, resurrected } = await resurrectedOf(RACES / 10, stores);
        console.info(`control: ${resurrected} of ${signedOut} sessions restored`);
        expect(resurrected).toBeGreaterThanOrEqual(RACES / 10 / HELD_EVERY);
      });
    });
  });

  const sealingKeys = [randomBytes(32).toString('base64')];

  async function ours(keyPrefix: string): Promise<OpenStore> {
    // This process runs all nodes and clients, so a response may come late.
    const engine = new RedisEngine(parseEngineUrl(server.url), 10_000);
    engine.start();
    await until(() => engine.isReady);
    const lifetimes = { idleSeconds: 600, absoluteSeconds: 600 };
    const store = new SessionsStore({
      engine,
      keyPrefix,
      sealingKeys,
      ...lifetimes,
      largestDataBytes: RACES * 100,
    });
    return { store, close: () => engine.close() };
  }

  async function stock(prefix: string): Promise<OpenStore> {
    const client = createClient({ url: server.url.replace(/^valkey/, 'redis') });
    client.on('error', () => undefined);
    await client.connect();
    return { store: new RedisStore({ client, prefix }), close: () => client.destroy() };
  }
});

interface OpenStore {
  store: Store;
  close(): void;
}

async function usingStores(
  open: (prefix: string) => Promise<OpenStore>,
  use: (stores: Store[]) => Promise<void>,
): Promise<void> {
  const prefix = `races-${randomUUID()}`;
  const opened = [await open(prefix), await open(prefix)];
  try {
    await use(opened.map(({ store }) => store));
  } finally {
    for (const each of opened) each.close();
  }
}

/** Every write changes a field of its own, on the two nodes in turn. */
async function lostOf(writes: number, stores: Store[]) {
  const nodes = await Promise.all(stores.map((store) => startBareNode(store)));
  const cookie = await signIn(nodeOf(nodes, 0));
  const statuses = await Promise.all(
    range(writes).map((i) => send(nodeOf(nodes, i), { method: 'PUT', field: `field-${i}`, cookie })),
  );
  const kept = (await (await fetch(nodeOf(nodes, 0).url, { headers: { cookie } })).json()) as string[];
  for (const node of nodes) node.close();
  const acknowledged = statuses.filter((status) => status === 204).length;
  return { acknowledged, lost: acknowledged - kept.length };
}

/** In each race a session is changed on one node and signed out on the other. */
async function resurrectedOf(races: number, stores: Store[]) {
  const inFlight = new Map<string, () => Promise<void>>();
  const nodes = await Promise.all(
    stores.map((store) => startBareNode(store, (field) => inFlight.get(field)?.())),
  );
  let [signedOut, resurrected] = [0, 0];
  const race = async (i: number) => {
    const cookie = await signIn(nodeOf(nodes, i));
    const field = `race-${i}`;
    const hasRead = deferred();
    const maySave = deferred();
    inFlight.set(field, () => {
      hasRead.resolve();
      return maySave.promise;
    });
    const change = send(nodeOf(nodes, i), { method: 'PUT', field, cookie });
    await hasRead.promise;
    const signOut = send(nodeOf(nodes, i + 1), { method: 'DELETE', cookie });
    if (i % HELD_EVERY === 0) await signOut;
    maySave.resolve();
    if ((await signOut) === 204) signedOut++;
    await change;
    if ((await send(nodeOf(nodes, i), { method: 'GET', cookie })) !== 401) resurrected++;
  };
  for (let first = 0; first < races; first += AT_ONCE) {
    await Promise.all(range(Math.min(AT_ONCE, races - first)).map((i) => race(first + i)));
  }
  for (const node of nodes) node.close();
  return { signedOut, resurrected };
}

/** A session is rotated on one node and written on the other; in every second race it is also signed out there. */
async function raceAgainstRotation(here: SessionsStore, there: SessionsStore, race: number) {
  const [older, newer] = [randomUUID(), randomUUID()];
  const empty = () => ({ cookie: { originalMaxAge: null } }) as Session & SessionData;
  await here.set(older, empty());
  const written = (await there.get(older)) as Session & SessionData;
  written.fields = { written: true };
  const isDone = (task: Promise<unknown>) => task.then(Boolean, () => false);
  /** Waits for some round trips, so that the races differ in timing. */
  const later = async (trips: number) => {
    for (let i = 0; i < trips; i++) await there.get('nobody');
  };
  const [, isWritten, isSignedOut] = await Promise.all([
    here.rotate(handleOf(older), newer, empty()).catch(() => undefined),
    isDone(later(race % 7).then(async () => (await there.set(older, written), true))),
    race % 2 === 0 && isDone(later(race % 5).then(() => there.ends.endReplicated([handleOf(older)], 'signed-out'))),
  ]);
  const left = (await here.get(newer)) as SessionData | null;
  return { isWritten, isSignedOut, isThere: left !== null, hasWrite: left?.fields?.['written'] === true };
}

async function signIn({ url }: BareNode): Promise<string> {
  const { headers } = await fetch(url, { method: 'POST' });
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

interface Sent {
  method: 'GET' | 'PUT' | 'DELETE';
  cookie: string;
  field?: string;
}

async function send({ url }: BareNode, { method, cookie, field }: Sent): Promise<number> {
  const response = await fetch(field ? `${url}/${field}` : url, { method, headers: { cookie } });
  await response.arrayBuffer();
  return response.status;
}

function nodeOf(nodes: BareNode[], i: number): BareNode {
  const node = nodes[i % nodes.length];
  if (!node) throw new Error('There is no node.');
  return node;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Promise.withResolvers, which Node 20 does not have. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
