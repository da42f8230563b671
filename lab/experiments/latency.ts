import { randomUUID } from 'node:crypto';
import { withEngine } from '../../load/app/engine-client.js';
import { Latencies } from '../../load/measuring/latencies.js';
import { startEngine } from '../../local/index.js';
import type { Experiment, Figure, Observation } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { Echo } from '../stack/echo.js';
import { startStack } from '../stack/stack.js';
import { Client } from '../traffic/client.js';
import { countFailures } from '../traffic/failures.js';
import { placeIn } from '../traffic/place.js';
import { bySideName, MODULE, SIDES } from '../traffic/side.js';
import { signIn } from '../traffic/sign-in.js';
import { type Mark, type TimedCall, timelineOf } from '../timeline/timeline.js';

const CALLS = 2_000;
const QUICK_CALLS = 500;
/** As many as a node remembers. So of all answers that it stored, the last ones count. */
const TRACES = 500;
/** Not counted: the code of the processes is not compiled yet. */
const FIRST_CALLS = 100;
const PLAYERS = 100;
const REQUESTS = ['session: read', 'session: change', 'score: submission', 'board: page'] as const;
const NONE = { side: MODULE.name, atMost: 0 };
/** As long as an answer of the query cache. */
const VALUE = 'x'.repeat(200);

export const latency: Experiment = {
  name: 'latency',
  claim: 'At the engine and in the query cache, reads and writes usually take less than a millisecond.',
  method: `Calls are made one at a time, without other load. At the engine: GET and SET. In the query cache: one node stores an answer, and its trace has the time (of the last ${TRACES}). The other node finds it, and the time is in Server-Timing; if the engine answers too late, the whole request counts. Sessions and boards: whole requests of two users in turn, who read and change their sessions, submit scores and read a board. The control is an echo server, which sends 200 bytes back, called in turn with the engine and the lookups.`,
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 25 : 75),
  async run(scene): Promise<Observation> {
    const { engines, app } = await startStack(scene, startEngine(scene.engine));
    const calls = scene.quick ? QUICK_CALLS : CALLS;
    const echo = await scene.start(Echo.start());
    const [startedAt, marks]: [number, Mark[]] = [performance.now(), []];
    const begin = (what: string) => {
      scene.say(`times ${what}`);
      marks.push({ at: performance.now(), what });
    };
    begin('the engine');
    const engine = await timeEngine(engines.url, echo, calls);
    begin('the query cache');
    const reader = new Client(MODULE, app);
    const lookups = await timeLookups(app, reader, echo, calls);
    const clients = SIDES.map((side) => ({ name: side.name, client: new Client(side, app) }));
    const users = await bySideName(clients, ({ name, client }) => {
      begin(`requests to the ${name} side`);
      return timeUsers(client, calls);
    });
    const attempts = clients.map(({ name, client }) => {
      return { name, attempts: [...(name === MODULE.name ? reader.attempts : []), ...client.attempts] };
    });
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
        ...REQUESTS.flatMap((what) =>
          figuresOf(
            `${what}, whole request`,
            Object.fromEntries(Object.entries(users).map(([side, { times }]) => [side, times[what]])),
          ),
        ),
        {
          name: 'requests that failed or hung',
          values: Object.fromEntries(attempts.map((side) => [side.name, countFailures(side.attempts)])),
          goal: NONE,
        },
        {
          name: 'sessions: of another user',
          values: Object.fromEntries(Object.entries(users).map(([side, { foreign }]) => [side, foreign])),
          goal: NONE,
        },
      ],
      timelines: [
        timelineOf({
          title: 'one call at a time',
          startedAt,
          endedAt: performance.now(),
          sides: [{ name: 'engine', attempts: engine.calls }, ...attempts],
          marks,
          samples: [],
        }),
      ],
      caveats: [
        'All of it is on the loopback. In a data centre the network adds 0.1 to 1 ms to each call of the engine, and more between zones.',
      ],
    };
  },
  answers: (worst) => [
    `At the engine a GET takes ${worst('engine: GET, p50', 'engine')} (p99 ${worst('engine: GET, p99', 'engine')}; of the echo server: ${worst('engine: GET, p99', 'control')}) and a SET ${worst('engine: SET, p50', 'engine')} (p99 ${worst('engine: SET, p99', 'engine')}). A lookup of the query cache in the engine takes ${worst('query cache: lookup in the engine, p50')} (p99 ${worst('query cache: lookup in the engine, p99')}), and storing an answer there ${worst('query cache: storing an answer in the engine, p50')} (p99 ${worst('query cache: storing an answer in the engine, p99')}). A whole request over HTTP takes longer: ${worst('session: read, whole request, p50')} to read a session (textbook: ${worst('session: read, whole request, p50', 'textbook')}).`,
    `Other whole requests: ${worst('session: change, whole request, p50')} to change a session (textbook: ${worst('session: change, whole request, p50', 'textbook')}), ${worst('score: submission, whole request, p50')} to submit a score (textbook: ${worst('score: submission, whole request, p50', 'textbook')}), which the module also stores in PostgreSQL, and ${worst('board: page, whole request, p50')} to read a board (textbook: ${worst('board: page, whole request, p50', 'textbook')}).`,
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
  const timedCalls: TimedCall[] = [];
  await withEngine(url, async (client) => {
    for (let i = -FIRST_CALLS; i < calls; i++) {
      const { reads, writes, control } = i < 0 ? first : counted;
      const key = `lab:latency:${Math.abs(i) % 100}`;
      const write = () => client.set(key, VALUE, { expiration: { type: 'EX', value: 60 } });
      timedCalls.push(await timed(writes, write), await timed(reads, () => client.get(key)));
      await timed(control, () => echo.exchange(Buffer.from(VALUE)));
    }
  });
  return { ...counted, calls: timedCalls };
}

/** One node loads each answer and stores it, the other one finds it in the engine. */
async function timeLookups(app: AppNodes, client: Client, echo: Echo, calls: number) {
  const [loading = '', finding = ''] = app.urls;
  const latencies = { reads: new Latencies(), writes: new Latencies(), control: new Latencies() };
  let found = 0;
  for (let id = 1; id <= FIRST_CALLS + calls; id++) {
    const path = `/flights/${id}`;
    await client.send('query', { path, node: loading });
    const startedAt = performance.now();
    const { headers } = await client.send('query', { path, node: finding });
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

/** Two users in turn, on all nodes. */
async function timeUsers(client: Client, calls: number) {
  const board = `/leaderboards/lab-${randomUUID().slice(0, 8)}`;
  if (client.side === MODULE)
    await client.requireOk({ method: 'PUT', path: board, body: { operator: 'sum' } });
  const users = [await signIn(client), await signIn(client)] as const;
  const times = {
    'session: read': new Latencies(),
    'session: change': new Latencies(),
    'score: submission': new Latencies(),
    'board: page': new Latencies(),
  };
  let foreign = 0;
  for (let turn = 0; turn < calls; turn++) {
    const { username, cookie } = users[turn % 2 === 0 ? 0 : 1];
    await timed(times['session: read'], async () => {
      const { status, body } = await client.send('session', { path: '/sessions/current', cookie });
      if (status === 200 && (body as { username: string }).username !== username) foreign += 1;
    });
    const change = { method: 'PATCH', path: '/sessions/current/data', cookie, body: { turn } } as const;
    await timed(times['session: change'], () => client.send('session', change));
    const score = { submissionId: `${board}-${turn}`, playerId: `player-${turn % PLAYERS}`, score: 1 };
    const submission = { method: 'POST', path: `${board}/${client.side.scores}`, body: score } as const;
    await timed(times['score: submission'], () => client.send('score', submission));
    await timed(times['board: page'], () => client.send('score', { path: `${board}?limit=10` }));
  }
  return { times, foreign };
}

async function timed(latencies: Latencies, call: () => Promise<unknown>): Promise<TimedCall> {
  const startedAt = performance.now();
  await call();
  const ms = performance.now() - startedAt;
  latencies.record(ms);
  return { startedAt, ms, outcome: 'ok' };
}
