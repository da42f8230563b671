import { randomUUID } from 'node:crypto';
import { withEngine } from '../../load/app/engine-client.js';
import { Latencies } from '../../load/measuring/latencies.js';
import { startEngine } from '../../local/index.js';
import type { Experiment, Figure, Observation } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { Echo } from '../stack/echo.js';
import { startStack } from '../stack/stack.js';
import { Client } from '../traffic/client.js';
import { placeIn } from '../traffic/place.js';
import { MODULE, type Side, TEXTBOOK } from '../traffic/side.js';

const CALLS = 2_000;
const QUICK_CALLS = 500;
/** As many as a node remembers. So of all answers that it stored, the last ones count. */
const TRACES = 500;
/** Not counted: the code of the processes is not compiled yet. */
const FIRST_CALLS = 100;
/** As long as an answer of the query cache. */
const VALUE = 'x'.repeat(200);

export const latency: Experiment = {
  name: 'latency',
  claim: 'At the engine and in the query cache, reads and writes usually take less than a millisecond.',
  method: `Calls are made one at a time, without other load. At the engine: GET and SET. In the query cache: one node stores an answer, and its trace has the time (of the last ${TRACES}). The other node finds it, and the time is in Server-Timing; if the engine answers too late, the whole request counts. Sessions: whole requests that read or change one. The control is an echo server, which sends 200 bytes back, called in turn with the engine and the lookups.`,
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 12 : 30),
  async run(scene): Promise<Observation> {
    const { engines, app } = await startStack(scene, startEngine(scene.engine));
    const calls = scene.quick ? QUICK_CALLS : CALLS;
    const echo = await scene.start(Echo.start());
    scene.say('times the engine');
    const engine = await timeEngine(engines.url, echo, calls);
    scene.say('times the app');
    const lookups = await timeLookups(app, echo, calls);
    const module = await timeSessions(app, MODULE, calls);
    const textbook = await timeSessions(app, TEXTBOOK, calls);
    return {
      figures: [
        ...figuresOf('engine: GET', { engine: engine.reads, control: engine.control }, 'engine'),
        ...figuresOf('engine: SET', { engine: engine.writes, control: engine.control }, 'engine'),
        ...figuresOf(
          'query cache: lookup in the engine',
          { module: lookups.reads, control: lookups.control },
          'module',
        ),
        ...figuresOf(
          'query cache: storing an answer in the engine',
          { module: lookups.writes, control: lookups.control },
          'module',
        ),
        ...figuresOf('session: read, whole request', { module: module.reads, textbook: textbook.reads }),
        ...figuresOf('session: change, whole request', {
          module: module.changes,
          textbook: textbook.changes,
        }),
      ],
      caveats: [
        'All of it is on the loopback. In a data centre the network adds 0.1 to 1 ms to each call of the engine, and more between zones.',
      ],
    };
  },
  answers: (worst) => [
    `At the engine a GET takes ${worst('engine: GET, p50', 'engine')} (p99 ${worst('engine: GET, p99', 'engine')}; of the echo server: ${worst('engine: GET, p99', 'control')}) and a SET ${worst('engine: SET, p50', 'engine')} (p99 ${worst('engine: SET, p99', 'engine')}). A lookup of the query cache in the engine takes ${worst('query cache: lookup in the engine, p50')} (p99 ${worst('query cache: lookup in the engine, p99')}), and storing an answer there ${worst('query cache: storing an answer in the engine, p50')} (p99 ${worst('query cache: storing an answer in the engine, p99')}).`,
    `A whole request over HTTP takes longer: ${worst('session: read, whole request, p50')} to read a session (textbook: ${worst('session: read, whole request, p50', 'textbook')}), ${worst('session: change, whole request, p50')} to change it (textbook: ${worst('session: change, whole request, p50', 'textbook')}).`,
  ],
};

/** @param measured the side that must answer within a millisecond, nearly always. */
function figuresOf(name: string, sides: Record<string, Latencies>, measured?: string): Figure[] {
  const percentiles = [50, 99].map((percentile) => ({
    name: `${name}, p${percentile}`,
    unit: 'ms',
    values: Object.fromEntries(
      Object.entries(sides).map(([side, latencies]) => [side, latencies.percentile(percentile)]),
    ),
    ...(measured !== undefined && {
      goal: { side: measured, atMost: 1, ...(percentile > 50 && { orTwice: 'control' }) },
    }),
  }));
  const { [measured ?? '']: ofMeasured, control } = sides;
  if (measured === undefined || !ofMeasured || !control) return percentiles;
  const ratio = ofMeasured.percentile(99) / control.percentile(99);
  return [
    ...percentiles,
    { name: `${name}, p99 as a multiple of the control`, values: { [measured]: ratio } },
  ];
}

async function timeEngine(url: string, echo: Echo, calls: number) {
  const counted = { reads: new Latencies(), writes: new Latencies(), control: new Latencies() };
  const first = { reads: new Latencies(), writes: new Latencies(), control: new Latencies() };
  await withEngine(url, async (client) => {
    for (let i = -FIRST_CALLS; i < calls; i++) {
      const { reads, writes, control } = i < 0 ? first : counted;
      const key = `lab:latency:${Math.abs(i) % 100}`;
      await timed(writes, () => client.set(key, VALUE, { expiration: { type: 'EX', value: 60 } }));
      await timed(reads, () => client.get(key));
      await timed(control, () => echo.exchange(Buffer.from(VALUE)));
    }
  });
  return counted;
}

/** One node loads each answer and stores it, the other one finds it in the engine. */
async function timeLookups(app: AppNodes, echo: Echo, calls: number) {
  const client = new Client(MODULE, app);
  const [loading = '', finding = ''] = app.urls;
  const latencies = { reads: new Latencies(), writes: new Latencies(), control: new Latencies() };
  let found = 0;
  for (let id = 1; id <= FIRST_CALLS + calls; id++) {
    const path = `/flights/${id}`;
    await client.requireOk({ path, node: loading });
    const startedAt = performance.now();
    const { headers } = await client.requireOk({ path, node: finding });
    const requestMs = performance.now() - startedAt;
    if (id <= FIRST_CALLS) continue;
    const isFound = placeIn(headers.get('cache-status')) === 'engine';
    if (isFound) found += 1;
    const lookupMs = Number(/engine;dur=([\d.]+)/.exec(headers.get('server-timing') ?? '')?.[1]);
    // Not found in the engine: the lookup was too slow, and the database answered. Its figure is the whole request.
    latencies.reads.record(isFound ? lookupMs : requestMs);
    await timed(latencies.control, () => echo.exchange(Buffer.from(VALUE)));
  }
  // Afterwards: a request in between would leave the node idle for longer before each lookup.
  const stored = (await app.traces(loading, TRACES)).flatMap(({ storeMs }) => storeMs ?? []);
  for (const ms of stored) latencies.writes.record(ms);
  if (stored.length === 0) throw new Error('No trace shows that an answer was stored.');
  if (found === 0) throw new Error('No node found an answer of the other one in the engine.');
  return latencies;
}

async function timeSessions(app: AppNodes, side: Side, calls: number) {
  const client = new Client(side, app);
  const account = { username: `lab-${randomUUID().slice(0, 8)}`, password: randomUUID() };
  if (side === MODULE) await client.requireOk({ method: 'POST', path: '/accounts', body: account });
  const { cookie } = await client.requireOk({ method: 'POST', path: '/sessions', body: account });
  const [reads, changes] = [new Latencies(), new Latencies()];
  for (let turn = 0; turn < calls; turn++) {
    await timed(reads, () => client.requireOk({ path: '/sessions/current', cookie }));
    await timed(changes, () =>
      client.requireOk({ method: 'PATCH', path: '/sessions/current/data', cookie, body: { turn } }),
    );
  }
  return { reads, changes };
}

async function timed(latencies: Latencies, call: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await call();
  latencies.record(performance.now() - startedAt);
}
