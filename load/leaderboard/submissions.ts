import { randomUUID } from 'node:crypto';
import { Histogram } from '../app/metrics.js';
import { formatCount, formatMs } from '../measuring/format.js';
import { Latencies } from '../measuring/latencies.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { LoadOptions } from '../options.js';
import type { Scenario, Scene, Table } from '../scenario.js';
import { BareTransactions, type Row } from './bare-transactions.js';
import { BoardApp } from './board-app.js';

const perSecond = 5_000;
const perBatch = 50;
const players = 100_000;

/** Batches of scores of many players, at a fixed rate that does not wait for answers; in turn with bare transactions of as many rows. */
export const submissions: Scenario = {
  name: 'submissions',
  question: 'How soon is a score durable and ranked, at 5,000 a second?',
  uses: [],
  seconds: (options) => 3 + lengthOf(options).total,
  async measure(scene) {
    const app = new BoardApp(scene);
    await app.define({});
    const bare = await BareTransactions.start();
    try {
      const ours: Side = { submit: (rows) => app.submit(rows), latencies: new Latencies() };
      const theirs: Side = { submit: (rows) => bare.insert(rows), latencies: new Latencies() };
      const before = await scene.app.statements();
      const cores = await measureInTurn(scene, [ours, theirs]);
      const after = await scene.app.statements();
      const findings = findingsOf(ours.latencies, theirs.latencies, cores);
      return { ...findings, tables: [statementsOf(before, after)] };
    } finally {
      await bare.stop();
    }
  },
};

interface Side {
  readonly submit: (rows: readonly Row[]) => Promise<void>;
  readonly latencies: Latencies;
}

/** Resolves with the cores that the app used while it was measured. It is idle in the turns of the other side. */
async function measureInTurn(scene: Scene, sides: readonly Side[]): Promise<number> {
  const { app, options, signal, say } = scene;
  const { warmUp, turns, seconds } = lengthOf(options);
  say(`${perSecond} scores a second, ${warmUp} s of each side untimed`);
  for (const { submit } of sides) await send(warmUp, submit, signal);
  const before = await app.processorMs();
  for (let turn = 1; turn <= turns; turn++) {
    say(`${perSecond} scores a second: turn ${turn} of ${turns}`);
    for (const { submit, latencies } of turn % 2 === 0 ? sides.toReversed() : sides)
      latencies.add(await send(seconds, submit, signal));
  }
  return ((await app.processorMs()) - before) / 1_000 / (turns * seconds);
}

function lengthOf({ quick }: LoadOptions) {
  const [warmUp, turns, seconds] = quick ? [0.5, 2, 1] : [3, 3, 5];
  return { warmUp, turns, seconds, total: 2 * (warmUp + turns * seconds) };
}

/** Latencies from the time at which a batch was due. */
async function send(seconds: number, submit: Side['submit'], signal: AbortSignal): Promise<Latencies> {
  const latencies = new Latencies();
  const everyMs = (1_000 * perBatch) / perSecond;
  await openLoop({ everyMs, times: (seconds * 1_000) / everyMs, signal }, async (dueAt) => {
    await submit(Array.from({ length: perBatch }, newRow));
    latencies.record(performance.now() - dueAt);
  });
  return latencies;
}

const random = seededRandom(1);

function newRow(): Row {
  return {
    submissionId: randomUUID(),
    playerId: `p${Math.floor(random() * players)}`,
    score: Math.floor(random() * 1_000_000),
  };
}

/** Where the time of a submission goes in PostgreSQL, also during the warm-up. */
function statementsOf(before: Map<string, Histogram>, after: Map<string, Histogram>): Table {
  const transactions = since('COMMIT').count;
  const rows = [...after.keys()]
    .map((statement) => ({ statement, taken: since(statement) }))
    .filter(({ taken }) => taken.count >= transactions / 2)
    .toSorted((one, other) => other.taken.sum - one.taken.sum)
    .map(({ statement, taken }) => [
      statement,
      '',
      (taken.count / transactions).toFixed(1),
      formatMs((1_000 * taken.sum) / taken.count),
      `at most ${formatCount(1_000 * taken.quantileAtMost(0.99))}`,
    ]);
  const header = ['statement', '', 'per transaction', 'mean ms', 'p99 ms'];
  return { title: 'SQL statements of submissions', rows: [header, ...rows] };

  function since(statement: string): Histogram {
    return (after.get(statement) ?? new Histogram()).since(before.get(statement));
  }
}

function findingsOf(submitted: Latencies, inserted: Latencies, cores: number) {
  const [p50, p99] = [submitted.percentile(50), submitted.percentile(99)];
  const bare99 = inserted.percentile(99);
  return {
    answers: [
      `At ${formatCount(perSecond)} scores a second, half of them are durable and ranked within ${formatMs(p50)} ms and 99% within ${formatMs(p99)} ms. A bare transaction that inserts as many rows takes up to ${formatMs(bare99)} ms for 99%.`,
    ],
    figures: [
      { figure: 'p50 of a submission', value: p50, unit: 'ms' },
      { figure: 'p99 of a submission', value: p99, unit: 'ms' },
      { figure: 'p50 of a bare transaction', value: inserted.percentile(50), unit: 'ms' },
      { figure: 'p99 of a bare transaction', value: bare99, unit: 'ms' },
      { figure: 'p99 of a submission / of a bare transaction', value: p99 / bare99, atMost: 2 },
      { figure: 'cores of the app', value: cores },
    ],
    caveats: [
      `A submission is a request with ${perBatch} scores. The bare transaction is one INSERT of ${perBatch} rows into a table without indexes, from this process: no HTTP, no ranks, no check for repeated submissions.`,
      'Each run leaves its board in the ledger. After many runs, delete .data/1.',
    ],
  };
}
