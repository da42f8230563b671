import { type EngineKind, type LocalServer, startEngine } from '../../../local/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { answerOf, type CacheNode, openCacheNode } from './cache-node.js';
import { largest } from '../../measuring/statistics.js';

type Args = { id: number };

const NODES = 3;
const CALLERS = 500;

/** How often the database is queried when many callers miss the same answer at once. */
export const stampede: ServersScenario = {
  name: 'stampede',
  question: 'How often is the database queried when all callers miss at once?',
  needs: 'servers',
  uses: ['rounds'],
  seconds: ({ rounds }) => 3 + 0.2 * rounds,
  method: `In each round ${CALLERS} concurrent callers on ${NODES} nodes read an answer that is not stored; a load takes 50 ms. Loads counted at the database.`,
  async measure({ options, say }) {
    const table = [['engine', 'callers', 'loads each time', 'most']];
    const figures: Figure[] = [];
    const servers: string[] = [];
    for (const kind of ['redis', 'valkey', 'memcached'] as const) {
      say(kind);
      await withNodes(kind, async (nodes, server) => {
        const loads = await countLoads(nodes, options.rounds);
        table.push([kind, String(CALLERS), [...new Set(loads)].join(' or '), String(largest(loads))]);
        figures.push({ figure: `loads for ${CALLERS} callers, ${kind}`, value: largest(loads), atMost: 1 });
        servers.push(`${server.name} ${server.version}`);
      });
    }
    return { servers: servers.join(', '), tables: [{ title: 'loads', rows: table }], figures };
  },
};

async function countLoads(nodes: readonly CacheNode[], rounds: number): Promise<number[]> {
  let loads = 0;
  const answer = answerOf(2_000);
  const queries = nodes.map(({ cache }) =>
    cache.define({
      name: 'stampede',
      ttlSeconds: 60,
      tags: ({ id }: Args) => [`${id}`, 'all'],
      load: async () => {
        loads++;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return answer;
      },
    }),
  );
  const counts: number[] = [];
  for (let id = 0; id < rounds; id++) {
    const before = loads;
    const asked = Array.from({ length: CALLERS }, async (_, i) => queries[i % NODES]?.get({ id }));
    await Promise.all(asked);
    counts.push(loads - before);
  }
  return counts;
}

async function withNodes(
  kind: EngineKind,
  measure: (nodes: CacheNode[], server: LocalServer) => Promise<void>,
): Promise<void> {
  const server = await startEngine(kind);
  const nodes: CacheNode[] = [];
  try {
    for (let i = 0; i < NODES; i++) nodes.push(await openCacheNode(server.url));
    await measure(nodes, server);
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
    await server.stop();
  }
}
