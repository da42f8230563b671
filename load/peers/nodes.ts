import { setTimeout as wait } from 'node:timers/promises';
import { largest } from '../measuring/statistics.js';
import { request } from './answers.js';
import { HttpClient } from './http-client.js';
import { type AnswerKey, pathOf, QUERY_MS } from './protocol.js';
import type { SideNode } from './side-node.js';

export const NODES = 3;
export const COLD_REQUESTS = 500;
export const COLD_QUERY_MS = 300;
const WARM_UPS = 3;
const ANSWER_BYTES = 2_000;
const POLL_MS = 5;

/**
 * How often the nodes of a side query the database, each time that nobody has the answer. Connections are open before, and a query takes
 * longer than the nodes need to read all requests.
 */
export async function countLoads(nodes: readonly SideNode[], times: number): Promise<number[]> {
  const clients = await Promise.all(nodes.map(({ port }, i) => HttpClient.open(port, shareOf(i))));
  const requestOnAll = (id: string) =>
    Promise.all(
      clients.map((client, i) => client.get(() => pathOf({ bytes: ANSWER_BYTES, id }), shareOf(i))),
    );
  try {
    // Processes that have just started would read requests too slowly.
    for (let i = 0; i < WARM_UPS; i++) await requestOnAll('warm');
    await Promise.all(nodes.map((node) => node.ask('delay', COLD_QUERY_MS)));
    const counts: number[] = [];
    for (let i = 0; i < times; i++) {
      const before = await loadsOf(nodes);
      await requestOnAll(`cold-${i}`);
      counts.push((await loadsOf(nodes)) - before);
    }
    await Promise.all(nodes.map((node) => node.ask('delay', QUERY_MS)));
    return counts;
  } finally {
    for (const client of clients) client.close();
  }
}

/** Requests that a node gets. */
function shareOf(node: number): number {
  return Math.floor(COLD_REQUESTS / NODES) + (node < COLD_REQUESTS % NODES ? 1 : 0);
}

async function loadsOf(nodes: readonly SideNode[]): Promise<number> {
  const loads = await Promise.all(nodes.map((node) => node.ask('loads')));
  return loads.reduce((sum, count) => sum + count, 0);
}

export interface Staleness {
  readonly invalidations: number;
  /** Old answers to requests that were sent after an acknowledged invalidation. */
  readonly old: number;
  readonly answers: number;
  /** From the acknowledgement to the last request that got an old answer, in milliseconds: the longest of the invalidations. */
  readonly longestMs: number;
  /** Whether an answer was still old at the time limit. */
  readonly isLimit: boolean;
  readonly limitMs: number;
}

export interface StaleOptions {
  readonly invalidations: number;
  readonly limitMs: number;
}

/** The first node invalidates an answer. Then the others are requested until all of them have the new one, or until the time limit. */
export async function countOldAnswers(
  nodes: readonly SideNode[],
  { invalidations, limitMs }: StaleOptions,
): Promise<Staleness> {
  const all: Invalidation[] = [];
  while (all.length < invalidations && !all.some(({ isLimit }) => isLimit)) {
    const answer = { bytes: ANSWER_BYTES, id: `stale-${all.length}` };
    all.push(await invalidate(nodes, answer, limitMs));
  }
  const sum = (field: 'old' | 'answers') => all.reduce((total, one) => total + one[field], 0);
  return {
    invalidations: all.length,
    old: sum('old'),
    answers: sum('answers'),
    longestMs: largest(all.map(({ lastOldMs }) => lastOldMs)),
    isLimit: all.some(({ isLimit }) => isLimit),
    limitMs,
  };
}

interface Invalidation {
  readonly old: number;
  readonly answers: number;
  readonly lastOldMs: number;
  readonly isLimit: boolean;
}

async function invalidate(
  nodes: readonly SideNode[],
  answer: AnswerKey,
  limitMs: number,
): Promise<Invalidation> {
  const [writer, ...others] = nodes;
  const path = pathOf(answer);
  await Promise.all(nodes.map((node) => node.ask('write', 1)));
  // The first request of a node stores the answer, the second one finds it there.
  for (let i = 0; i < 2; i++) for (const { url } of nodes) await request(url + path);
  await Promise.all(nodes.map((node) => node.ask('write', 2)));
  await writer?.ask('invalidate', answer);
  const acknowledgedAt = performance.now();
  const watched = others.map((node) => readUntilNew(node.url + path, { acknowledgedAt, limitMs }));
  const seen = await Promise.all(watched);
  return {
    old: seen.reduce((sum, { old }) => sum + old, 0),
    answers: seen.reduce((sum, { answers }) => sum + answers, 0),
    lastOldMs: largest(seen.map(({ lastOldMs }) => lastOldMs)),
    isLimit: seen.some(({ isLimit }) => isLimit),
  };
}

/** An answer may be old again after a new one, if an old value is stored late: so it is read for a while. */
const NEW_ANSWERS = 5;

async function readUntilNew(
  url: string,
  { acknowledgedAt, limitMs }: { acknowledgedAt: number; limitMs: number },
): Promise<Invalidation> {
  let [old, answers, lastOldMs] = [0, 0, 0];
  for (let fresh = 0; fresh < NEW_ANSWERS; await wait(POLL_MS)) {
    const sentMs = performance.now() - acknowledgedAt;
    if (sentMs > limitMs) return { old, answers, lastOldMs, isLimit: true };
    const outcome = await request(url);
    answers++;
    if (outcome.kind === 'answer' && outcome.version === 1) {
      old++;
      fresh = 0;
      lastOldMs = sentMs;
    } else fresh++;
  }
  return { old, answers, lastOldMs, isLimit: false };
}
