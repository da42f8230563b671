import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { openLoop } from '../../measuring/open-loop.js';
import { largest, quantile } from '../../measuring/statistics.js';
import type { ServersScenario, Setting } from '../../scenario.js';
import { type AppNodes, startAppNodes } from '../app-nodes.js';
import { until } from '../engine/open-engine.js';

const NODES = 2;
const FLIGHTS = 100_000;
const ID = 5;
const CHANGES = { quick: 50, full: 300 };
const EVERY_MS = 200;
const POLL_MS = 2;
const GOAL_MS = 100;
/** Upper bounds of the histogram, in milliseconds. */
const BOUNDS = [2, 5, 10, 20, 50, 100, Infinity];

/** How long nodes serve an old answer after another client of PostgreSQL has changed its row. */
export const changesElsewhere: ServersScenario = {
  name: 'changes-elsewhere',
  question: 'How long is an answer old after another client of PostgreSQL has changed its row?',
  needs: 'servers',
  uses: [],
  seconds: (options) => 12 + (changesOf(options) * EVERY_MS) / 1_000,
  method:
    `${NODES} app nodes, each polled over HTTP: ${POLL_MS} ms after an answer the next request. A client of PostgreSQL updates the flight every ${EVERY_MS} ms. Milliseconds\n` +
    'from the confirmation of the update to the arrival of the last old answer, per change and node; 0 if there was none.',
  async measure({ options, signal, say }) {
    say('starts the application');
    const app = await startAppNodes({ nodes: NODES, flights: FLIGHTS });
    const client = new Client({ connectionString: app.databaseUrl });
    try {
      await client.connect();
      await nodesListen(client);
      say(`${changesOf(options)} changes`);
      const lags = await measureLags(app, client, { times: changesOf(options), signal });
      const all = lags.flat();
      return {
        servers: app.servers,
        answers: [
          `After a change by another client of PostgreSQL the last old answer of a node arrived within ${quantile(all, 0.5).toFixed(1)} ms (half of the changes) and ${quantile(all, 0.99).toFixed(1)} ms (99%).`,
        ],
        tables: [histogramOf(lags)],
        figures: [
          { figure: 'changes, on each node', value: all.length / NODES },
          { figure: 'last old answer, p50', value: quantile(all, 0.5), unit: 'ms' },
          { figure: 'last old answer, p99', value: quantile(all, 0.99), unit: 'ms', atMost: GOAL_MS },
          { figure: 'last old answer, max', value: largest(all), unit: 'ms' },
        ],
      };
    } finally {
      await client.end();
      await app.stop();
    }
  },
};

function changesOf({ quick }: { quick: boolean }): number {
  return quick ? CHANGES.quick : CHANGES.full;
}

/** The nodes create the triggers and listen after they are ready. */
function nodesListen(client: Client): Promise<void> {
  return until('triggers exist and all nodes listen', async () => {
    const { rows } = await client.query<{ triggers: number; listeners: number }>(
      `SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'flights\\_%')::int AS triggers, count(*)::int AS listeners
       FROM pg_stat_activity WHERE application_name LIKE 'listener of flight%' AND query <> ''`,
    );
    return rows[0]?.triggers === 5 && rows[0].listeners === NODES;
  });
}

interface Change {
  readonly confirmedAt: number;
  /** When the last answer without the change arrived, on each node. */
  readonly lastOldAt: number[];
}

/** Resolves with the milliseconds of each node. */
async function measureLags(
  { ports }: AppNodes,
  client: Client,
  { times, signal }: { times: number; signal: Setting['signal'] },
): Promise<number[][]> {
  const changes: Change[] = [];
  const update = async () => {
    await client.query('UPDATE flights SET delay = $1 WHERE id = $2', [changes.length + 1, ID]);
    const confirmedAt = performance.now();
    changes.push({ confirmedAt, lastOldAt: ports.map(() => confirmedAt) });
  };
  const over = new AbortController();
  const poll = async (port: number, node: number) => {
    while (!over.signal.aborted) {
      const newest = await numberOfChange(port);
      const arrivedAt = performance.now();
      for (const { lastOldAt } of changes.slice(newest)) lastOldAt[node] = arrivedAt;
      await delay(POLL_MS);
    }
  };
  await client.query('UPDATE flights SET delay = 0 WHERE id = $1', [ID]);
  await until('all nodes answer the first value', async () =>
    (await Promise.all(ports.map(numberOfChange))).every((number) => number === 0),
  );
  const polls = ports.map(poll);
  await openLoop({ everyMs: EVERY_MS, times, signal }, update);
  // The last change arrives like all others.
  await delay(EVERY_MS);
  over.abort();
  await Promise.all(polls);
  return ports.map((_, node) =>
    changes.map(({ confirmedAt, lastOldAt }) => (lastOldAt[node] ?? Number.NaN) - confirmedAt),
  );
}

/** Each change writes its number into the delay of the flight. */
async function numberOfChange(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/flights/${ID}`);
  if (!response.ok) throw new Error(`The flight was answered with ${response.status}.`);
  return ((await response.json()) as { delay: number }).delay;
}

function histogramOf(lags: readonly (readonly number[])[]) {
  const rows = lags.map((ofNode, node) => [
    `node ${node + 1}`,
    '',
    ...BOUNDS.map((bound, i) => {
      const below = BOUNDS[i - 1] ?? -Infinity;
      return `${ofNode.filter((ms) => ms > below && ms <= bound).length}`;
    }),
  ]);
  const header = BOUNDS.map((bound, i) =>
    Number.isFinite(bound) ? `<= ${bound} ms` : `> ${BOUNDS[i - 1]} ms`,
  );
  return { title: 'changes by the time until the last old answer', rows: [['', '', ...header], ...rows] };
}
