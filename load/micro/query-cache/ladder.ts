import { createClient, type RedisClientType } from 'redis';
import { type LocalEngine, startEngine, startPostgres } from '../../../local/index.js';
import type { RedisEngine } from '../../../src/engine/index.js';
import type { ServersScenario } from '../../scenario.js';
import {
  AirportTable,
  cached,
  type Features,
  type NodeParts,
  startLadderNode,
  stock,
  TTL_SECONDS,
  uncached,
} from './ladder-nodes.js';
import { KNOWN, type Outcome, TIMEOUT_MS, work, WORKLOAD } from './ladder-workload.js';
import { openEngine } from '../engine/open-engine.js';
import { largest } from '../../measuring/statistics.js';
import { createLibraryClient } from '../../../src/engine/index.js';

const NODES = 3;
const LOCAL_TIER_BYTES = 16 * 1_024 * 1_024;

/** Each node has both clients. A step uses one of them, or none. */
interface Connections {
  engine: RedisEngine;
  /** node-redis with its defaults. */
  plain: RedisClientType;
}

interface Step {
  readonly name: string;
  readonly title: string;
  node(connections: Connections, index: number): NodeParts;
  readonly killsEngine?: true;
}

const invalidation: Features = { invalidates: true };
const stale: Features = { ...invalidation, staleSeconds: 2 };
const negative: Features = { ...stale, answersNull: true };
const full = { localTierBytes: LOCAL_TIER_BYTES };

const STEPS: readonly Step[] = [
  { name: '0', title: 'no cache', node: () => uncached() },
  { name: '1', title: 'stock interceptor, memory of each node', node: () => stock() },
  {
    name: '2',
    title: 'stock interceptor on a shared engine',
    node: ({ engine }) => stock(createLibraryClient(engine)),
  },
  {
    name: '2b',
    title: '2, and writers delete the URL',
    node: ({ engine }) => deleting(createLibraryClient(engine)),
  },
  { name: '3', title: 'the module, alone on each node: single flight', node: alone },
  { name: '4', title: 'the module on a shared engine: a lease', node: shared({}) },
  { name: '5', title: '4, and writers invalidate a tag', node: shared(invalidation) },
  { name: '6', title: '5, and stale while revalidating', node: shared(stale) },
  { name: '7', title: '6, and absence is cached', node: shared(negative) },
  { name: '8', title: '7, and a local tier', node: shared(negative, full) },
  {
    name: '9a',
    title: 'killed: 2b, on plain node-redis',
    node: ({ plain }) => deleting(plain),
    killsEngine: true,
  },
  {
    name: '9b',
    title: 'killed: 2b, on the engine’s client',
    node: ({ engine }) => deleting(createLibraryClient(engine)),
    killsEngine: true,
  },
  { name: '9c', title: 'killed: 8', node: shared(negative, full), killsEngine: true },
];

function deleting(client: RedisClientType): NodeParts {
  return stock(client, { deletes: true });
}

/** Nodes with different key prefixes share neither answers nor leases. */
function alone({ engine }: Connections, index: number): NodeParts {
  return cached({ engine, keyPrefix: `ladder:${index}`, localTierBytes: 0 });
}

/** All optional features are off by default. */
function shared(features: Features, { localTierBytes } = { localTierBytes: 0 }) {
  return ({ engine }: Connections) => cached({ engine, keyPrefix: 'ladder', localTierBytes }, features);
}

/** What each feature of the query cache saves, added one after the other, under the same calls. */
export const ladder: ServersScenario = {
  name: 'ladder',
  question: 'What does each feature of the query cache gain?',
  needs: 'servers',
  uses: [],
  seconds: () => 65,
  method:
    `${WORKLOAD}\nAnswers count as fresh for ${TTL_SECONDS} s. waited: reads not answered from memory; old: answers from before a write that had been acknowledged when they\n` +
    `were asked for; failed: an error, or no answer within ${TIMEOUT_MS / 1_000} s; commands: of the engine, by all nodes; killed: the engine, halfway, for good.`,
  async measure({ say }) {
    const table = [['step', 'what', 'requests', 'queries', 'waited', 'old', 'failed', 'commands']];
    const outcomes = new Map<string, StepOutcome>();
    const postgres = await startPostgres();
    const server = await startEngine('valkey');
    try {
      for (const step of STEPS) {
        say(`${step.name}: ${step.title}`);
        const outcome = await climb(step, { postgres: postgres.url, server });
        outcomes.set(step.name, outcome);
        const { requests, queries, waited, old, failed, commands } = outcome;
        const counts = [requests, queries, waited, old, failed].map((count) => count.toLocaleString('en-US'));
        table.push([step.name, step.title, ...counts, commands?.toLocaleString('en-US') ?? '']);
      }
    } finally {
      await server.stop();
      await postgres.stop();
    }
    const of = (name: string, count: 'old' | 'queries' | 'failed') =>
      outcomes.get(name)?.[count] ?? Number.NaN;
    return {
      servers: `${server.name} ${server.version}, ${postgres.name} ${postgres.version}`,
      tables: [{ title: 'counts of each step', rows: table }],
      figures: [
        { figure: 'old answers with invalidation, step 5', value: of('5', 'old'), atMost: 0 },
        {
          figure: 'queries with all of it / stock interceptor',
          value: of('8', 'queries') / of('2b', 'queries'),
          atMost: 1,
        },
        { figure: 'failed requests with the engine killed, step 9c', value: of('9c', 'failed'), atMost: 0 },
        // A machine that cannot keep the schedule measures nothing of value.
        {
          figure: 'latest call',
          value: largest([...outcomes.values()].map(({ latestMs }) => latestMs)),
          atMost: 250,
          unit: 'ms',
        },
      ],
    };
  },
};

interface StepOutcome extends Outcome {
  queries: number;
  /** null after the engine was killed. */
  commands: number | null;
}

async function climb(
  step: Step,
  { postgres, server }: { postgres: string; server: LocalEngine },
): Promise<StepOutcome> {
  const closing: (() => unknown)[] = [];
  try {
    const tables = Array.from({ length: NODES }, () => new AirportTable(postgres));
    closing.push(...tables.map((table) => () => table.close()));
    await tables[0]?.create(KNOWN);
    await server.command('FLUSHALL');
    const ports: number[] = [];
    for (const [index, table] of tables.entries()) {
      const connections = await connect(server.url);
      const node = await startLadderNode(table, step.node(connections, index));
      closing.unshift(
        () => connections.plain.destroy(),
        () => node.close(),
        () => connections.engine.close(),
      );
      ports.push(node.port);
    }
    await server.command('CONFIG', 'RESETSTAT');
    const outcome = await work(ports, step.killsEngine && (() => server.kill()));
    const queries = tables.reduce((sum, table) => sum + table.queries, 0);
    return { ...outcome, queries, commands: step.killsEngine ? null : await countCommands(server) };
  } finally {
    for (const close of closing) await close();
    if (step.killsEngine) await server.restart();
  }
}

async function connect(url: string): Promise<Connections> {
  const plain: RedisClientType = createClient({ url: url.replace(/^valkey/, 'redis') });
  plain.on('error', () => undefined);
  await plain.connect();
  return { plain, engine: await openEngine(url) };
}

/** Commands of the connections themselves and of this benchmark, not of the cache. */
const HOUSEKEEPING = /^(ping|hello|auth|select|client|config|info|role|command|cluster|flushall)\b/;

async function countCommands(server: LocalEngine): Promise<number> {
  const statistics = String(await server.command('INFO', 'commandstats'));
  return [...statistics.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
    .filter(([, command = '']) => !HOUSEKEEPING.test(command))
    .reduce((sum, [, , calls]) => sum + Number(calls), 0);
}
