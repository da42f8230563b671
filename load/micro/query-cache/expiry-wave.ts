import { setTimeout as wait } from 'node:timers/promises';
import { startEngine } from '../../../local/index.js';
import type { LookupOutcome } from '../../../src/query-cache/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { answerOf, type CacheNode, openCacheNode } from './cache-node.js';
import { quantile } from '../../measuring/statistics.js';

const NODES = 3;
const CALLERS_PER_NODE = 4;
const PAUSE_MS = 4;
const LOAD_MS = 20;
const TTL_SECONDS = 1;
/** The answer may have expired on some nodes before the load begins, and some learn of the new one after it ended. */
const AROUND_LOAD_MS = 20;

const CASES = [
  { tiers: 'engine', localTierBytes: 0, staleSeconds: 0 },
  { tiers: 'engine', localTierBytes: 0, staleSeconds: 10 },
  { tiers: 'local, engine', localTierBytes: 16_000_000, staleSeconds: 0 },
  { tiers: 'local, engine', localTierBytes: 16_000_000, staleSeconds: 10 },
] as const;

interface Span {
  from: number;
  to: number;
}

interface TimedLookup extends Span {
  outcome: LookupOutcome;
}

/** Whether callers notice that a hot answer expires. */
export const expiryWave: ServersScenario = {
  name: 'expiry-wave',
  question: 'Do callers wait when a popular answer expires?',
  needs: 'servers',
  uses: ['rounds'],
  seconds: ({ rounds }) => CASES.length * (TTL_SECONDS * rounds + 0.5),
  method:
    `${NODES * CALLERS_PER_NODE} callers on ${NODES} nodes read one answer of 2 KB every ${PAUSE_MS} ms. A round lasts ${TTL_SECONDS} s, and so long is the answer fresh; a load takes ${LOAD_MS} ms. Expiring: lookups that\n` +
    `overlap a load or the ${AROUND_LOAD_MS} ms before and after it; warm: the others of the same run; waited: for a load.`,
  async measure({ options, say }) {
    const table = [
      ['tiers', 'stale s', 'loads', 'waited', 'warm p50, p99 ms', 'expiring p50, p99 ms', 'p99 ratio'],
    ];
    const figures: Figure[] = [];
    const server = await startEngine('valkey');
    try {
      for (const { tiers, localTierBytes, staleSeconds } of CASES) {
        say(`${tiers}, stale for ${staleSeconds} s`);
        await server.command('FLUSHALL');
        const nodes: CacheNode[] = [];
        for (let i = 0; i < NODES; i++) nodes.push(await openCacheNode(server.url, { localTierBytes }));
        const { lookups, loads } = await readAndExpire(nodes, {
          staleSeconds,
          seconds: TTL_SECONDS * options.rounds,
        });
        await Promise.all(nodes.map((node) => node.close()));
        const [warm, expiring] = [timesOf(lookups, loads, false), timesOf(lookups, loads, true)];
        const ratio = quantile(expiring, 0.99) / quantile(warm, 0.99);
        const waited = lookups.filter(({ outcome }) => outcome === 'miss' || outcome === 'coalesced').length;
        const times = [warm, expiring].map(
          (ms) => `${quantile(ms, 0.5).toFixed(2)}, ${quantile(ms, 0.99).toFixed(2)}`,
        );
        table.push([tiers, ...[staleSeconds, loads.length, waited].map(String), ...times, ratio.toFixed(2)]);
        if (staleSeconds === 0) continue;
        figures.push({ figure: `lookups that waited, ${tiers}`, value: waited, atMost: 0 });
        figures.push({ figure: `p99 expiring / warm, ${tiers}`, value: ratio, atMost: 1.5 });
      }
    } finally {
      await server.stop();
    }
    return {
      servers: `${server.name} ${server.version}`,
      tables: [{ title: 'lookups while an answer expires', rows: table }],
      figures,
    };
  },
};

async function readAndExpire(
  nodes: readonly CacheNode[],
  { staleSeconds, seconds }: { staleSeconds: number; seconds: number },
): Promise<{ lookups: TimedLookup[]; loads: Span[] }> {
  const lookups: TimedLookup[] = [];
  const loads: Span[] = [];
  const answer = answerOf(2_000);
  const queries = nodes.map(({ cache }) =>
    cache.define({
      name: 'hot',
      ttlSeconds: TTL_SECONDS,
      staleSeconds,
      tags: () => ['hot'],
      load: async () => {
        const from = performance.now();
        await wait(LOAD_MS);
        loads.push({ from, to: performance.now() });
        return answer;
      },
    }),
  );
  const callers = queries.flatMap((query) => Array.from({ length: CALLERS_PER_NODE }, () => query));
  await queries[0]?.get({});
  loads.length = 0;
  const endsAt = performance.now() + 1_000 * seconds;
  await Promise.all(
    callers.map(async (query) => {
      while (performance.now() < endsAt) {
        const from = performance.now();
        const { outcome } = (await query.read({})).lookup;
        lookups.push({ from, to: performance.now(), outcome });
        await wait(PAUSE_MS);
      }
    }),
  );
  return { lookups, loads };
}

function timesOf(lookups: readonly Span[], loads: readonly Span[], isExpiring: boolean): number[] {
  const chosen = lookups.filter((lookup) => loads.some((load) => overlap(lookup, load)) === isExpiring);
  return chosen.map(({ from, to }) => to - from);
}

function overlap(lookup: Span, load: Span): boolean {
  return lookup.to > load.from - AROUND_LOAD_MS && lookup.from < load.to + AROUND_LOAD_MS;
}
