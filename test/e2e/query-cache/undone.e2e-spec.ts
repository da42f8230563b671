import { afterEach, describe, expect, it } from 'vitest';
import { RedisEngine } from '../../../src/engine/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { replicaLag, UNDOABLE_STACKS, UNDOING_FAULTS } from '../../support/undoing-faults.js';
import { until } from '../../support/until.js';
import { type CacheNode, type CacheNodes, startNodesOn } from './cache-nodes.js';
import { commandsOf } from '../../support/commands-of.js';

/** `CACHE_RUNS=5 npx vitest run test/e2e/query-cache/undone` repeats each fault. */
const RUNS = Number(process.env['CACHE_RUNS'] ?? 1);
const ANSWERS = 60;
/** Their validity tokens are removed without the nodes' knowledge: the fault must bring them back, otherwise it proves nothing. */
const CONTROLS = 30;
const BACK_WITHIN_MS = 20_000;

type Ids = readonly number[];
type Answer = CachedQuery<{ id: number }, number>;

const NONE_UNDONE = {
  acknowledged: expect.toSatisfy((count: number) => count > 0),
  oldReads: 0,
  controlsBroughtBack: expect.toSatisfy((count: number) => count > 0),
};

describe.each(UNDOABLE_STACKS)('acknowledged invalidations on %s', (how, start) => {
  let nodes: CacheNodes | undefined;
  afterEach(() => nodes?.close());

  const runs = Array.from({ length: RUNS }, (_, i) => i + 1);
  const cases = UNDOING_FAULTS.flatMap((fault) => runs.map((run) => [fault.name, run, fault] as const));

  it.each(cases)('are not undone by %s, run %i', { timeout: 60_000 }, async (name, _run, fault) => {
    const site = await start(fault.patienceMs);
    nodes = await startNodesOn({ ...standIn, url: site.stack.url, stop: () => site.stack.stop() });
    let version = 1;
    const define = ({ cache }: CacheNode): Answer =>
      cache.define({ name: 'undone', ttlSeconds: 600, load: () => Promise.resolve(version) });
    const [here, there] = [define(nodes.nodes[0]), define(nodes.nodes[1])];
    const ids = Array.from({ length: ANSWERS + CONTROLS }, (_, id) => id);
    const controls = ids.slice(ANSWERS);
    const { keys } = nodes.nodes[0].store;
    const tokenKeys = ids.map((id) => keys.keysOf(MODEL, { id }).ownTokenKey);
    await readEach(here, ids);
    await until(async () => (await replicaLag(site)) === 0);

    const acknowledged: number[] = [];
    await fault.strike(site, async () => {
      version = 2;
      for (const id of ids.slice(0, ANSWERS)) if (await here.invalidate({ id })) acknowledged.push(id);
      for (const id of controls) await commandsOf(redisOf(nodes?.nodes[0])).unlink(tokenKeys[id] ?? '');
    });
    // The node that invalidated never returns an old value, however soon it reads.
    let oldReads = 0;
    await until(async () => {
      oldReads += countOld(await readEach(here, acknowledged));
      return answersFor(tokenKeys, nodes?.nodes[0]);
    }, BACK_WITHIN_MS);
    // Another node reads the right answers once the first node has repeated its invalidations.
    await until(async () => {
      const old = countOld(await readEach(there, acknowledged));
      return old === 0 && (await answersFor(tokenKeys, nodes?.nodes[1]));
    }, BACK_WITHIN_MS);
    const controlsBroughtBack = countOld(await readEach(there, controls));
    const counts = { acknowledged: acknowledged.length, oldReads, controlsBroughtBack };
    console.info(`${name} on ${how}: ${JSON.stringify(counts)}`);
    expect(counts).toEqual(NONE_UNDONE);
  });
});

const MODEL = new Query({ name: 'undone', ttlSeconds: 600, load: () => Promise.resolve(0) });

/** Members that startNodesOn does not use here. */
const standIn = {
  pause: () => undefined,
  resume: () => undefined,
  kill: () => Promise.resolve(),
  restart: () => Promise.resolve(),
};

const readEach = (query: Answer, ids: Ids) => Promise.all(ids.map((id) => query.get({ id })));
const countOld = (versions: number[]) => versions.filter((version) => version === 1).length;

function redisOf(node: CacheNode | undefined): RedisEngine {
  if (node?.engine instanceof RedisEngine) return node.engine;
  throw new Error('This test needs Redis or Valkey.');
}

/** Until the engine answers for all keys, lookups answer from the database. */
function answersFor(keys: readonly string[], node: CacheNode | undefined): Promise<boolean> {
  return Promise.all(keys.map((key) => commandsOf(redisOf(node)).exists(key))).then(
    () => true,
    () => false,
  );
}
