import { randomUUID } from 'node:crypto';
import type { Session, SessionData, Store } from 'express-session';
import type { SessionsStore } from '../../../../src/sessions/index.js';
import { handleOf } from '../../../../src/sessions/records/sessions.keys.js';
import { type BareNode, send, signIn, startBareNode } from './bare-node.js';

const AT_ONCE = 50;
/** In every second race, the concurrent request is held until the response of the sign-out; the others just run. */
export const HELD_EVERY = 2;

/** Every write changes a field of its own, on the two nodes in turn. */
export async function lostWrites(writes: number, stores: Store[]) {
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
export async function restoredSessions(races: number, stores: Store[]) {
  const inFlight = new Map<string, () => Promise<void>>();
  const nodes = await Promise.all(
    stores.map((store) => startBareNode(store, (field) => inFlight.get(field)?.())),
  );
  let [signedOut, restored] = [0, 0];
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
    if ((await send(nodeOf(nodes, i), { method: 'GET', cookie })) !== 401) restored++;
  };
  for (let first = 0; first < races; first += AT_ONCE) {
    await Promise.all(range(Math.min(AT_ONCE, races - first)).map((i) => race(first + i)));
  }
  for (const node of nodes) node.close();
  return { signedOut, restored };
}

/** A session is rotated on one node and written on the other; in every second race it is also signed out there. */
export async function raceAgainstRotation(here: SessionsStore, there: SessionsStore, race: number) {
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
    race % 2 === 0 &&
      isDone(later(race % 5).then(() => there.ends.endReplicated([handleOf(older)], 'signed-out'))),
  ]);
  const left = (await here.get(newer)) as SessionData | null;
  return { isWritten, isSignedOut, isThere: left !== null, hasWrite: left?.fields?.['written'] === true };
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
