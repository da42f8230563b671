import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type LocalEngine, startEngine } from '../../local/index.js';
import type { Experiment, Observation } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startDatabase } from '../stack/stack.js';
import { Client } from '../traffic/client.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import { MODULE, TEXTBOOK } from '../traffic/side.js';

/** Room for some of the answers that are read. */
const CACHE_ROOM_BYTES = 512 * 1024;
const FLIGHTS = 2_000;
/** Every engine uses more, so it stays full although keys are deleted. */
const FULL_BYTES = 100_000;
const UNLIMITED = 0;
const NODES = 2;
const BOARD = 'lab-memory';

export const memory: Experiment = {
  name: 'memory',
  claim:
    'A full cache evicts and keeps serving. A full session store answers 503 and loses no session and no score.',
  method: `The query cache has an engine with allkeys-lru and ${CACHE_ROOM_BYTES / 1024} KiB of room, and ${FLIGHTS} flights are read. Sessions and boards have an engine with noeviction that becomes full; then users sign in and scores arrive. The load on all three use cases goes on all the time.`,
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 25 : 45),
  async run(scene): Promise<Observation> {
    const kind = scene.engine;
    const lru = ['--maxmemory-policy', 'allkeys-lru'];
    const [cache, store, database] = await Promise.all([
      scene.start(startEngine(kind, { settings: lru })),
      scene.start(startEngine(kind)),
      startDatabase(scene),
    ]);
    const settings = { CACHE_ENGINE_URL: cache.url };
    const app = await scene.start(
      AppNodes.start({ database: database.url, engine: store.url, settings }, NODES),
    );
    const [module, textbook] = [new Client(MODULE, app), new Client(TEXTBOOK, app)];

    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 1 : 5);
    load.mark('the cache becomes full');
    scene.say('fills the cache');
    await limit(cache, Number(await infoOf(cache, 'used_memory')) + CACHE_ROOM_BYTES);
    let failedReads = 0;
    for (let id = 1; id <= FLIGHTS; id++) {
      const { status } = await module.ask({ path: `/flights/${id}` });
      if (status !== 200) failedReads += 1;
    }
    const evicted = Number(await infoOf(cache, 'evicted_keys'));

    scene.say('fills the session store');
    const account = { username: `lab-${randomUUID().slice(0, 8)}`, password: randomUUID() };
    await module.ask({ method: 'POST', path: '/accounts', body: account });
    const signIn = { method: 'POST', path: '/sessions', body: account } as const;
    const { cookie } = await module.ask(signIn);
    await module.ask({ method: 'PUT', path: `/leaderboards/${BOARD}`, body: { operator: 'sum' } });
    load.mark('the session store is full');
    await limit(store, FULL_BYTES);
    await load.run(scene.quick ? 1 : 5, 'the session store is full');
    const refused = (await module.ask(signIn)).status;
    const existing = (await module.ask({ path: '/sessions/current', cookie })).status;
    const score = { submissionId: 'one', playerId: 'ada', score: 1 };
    const submit = { method: 'POST', path: `/leaderboards/${BOARD}/scores`, body: score } as const;
    const accepted = (await module.ask(submit)).status;
    const lied = await textbook.ask(signIn);
    const known = await textbook.ask({ path: '/sessions/current', cookie: lied.cookie });

    scene.say('makes room again');
    await limit(store, UNLIMITED);
    load.mark('it has room again');
    const back = await untilStatus(() => module.ask(signIn), 201);
    const isRanked = await untilStatus(() => module.ask({ path: `/leaderboards/${BOARD}/players/ada` }), 200);
    const alive = (await module.ask({ path: '/sessions/current', cookie })).status;
    await load.run(scene.quick ? 1 : 5, 'recovers');
    const result = await load.result();
    const isTrue = (condition: boolean) => (condition ? 1 : 0);
    const must = { side: 'module', atLeast: 1 };
    return {
      timelines: [result.timeline],
      caveats: failuresOf(result),
      figures: [
        ...loadFigures(result, app, { mayFail: true }),
        { name: 'reads while the cache evicts', values: { module: FLIGHTS } },
        { name: 'reads that failed', values: { module: failedReads }, goal: { side: 'module', atMost: 0 } },
        { name: 'keys that the cache evicted', values: { module: evicted }, goal: must },
        {
          name: 'sign-ins that were answered 201 and not stored',
          values: {
            module: isTrue(refused === 201),
            textbook: isTrue(lied.status === 201 && known.status === 401),
          },
          goal: { side: 'module', atMost: 0 },
        },
        { name: 'a sign-in is answered 503', values: { module: isTrue(refused === 503) }, goal: must },
        { name: 'an existing session is read', values: { module: isTrue(existing === 200) }, goal: must },
        {
          name: 'a score is accepted',
          values: { module: isTrue(accepted === 200 || accepted === 202) },
          goal: must,
        },
        {
          name: 'all of it works again with room, and nothing is lost',
          values: { module: isTrue(back && isRanked && alive === 200) },
          goal: must,
        },
      ],
    };
  },
  answers: (worst) => [
    `The cache evicted ${worst('keys that the cache evicted')} keys while ${worst('reads while the cache evicts')} answers were read, and ${worst('reads that failed')} reads failed. With a full session store, a sign-in was answered 503 in every run: ${yesOrNo(worst('a sign-in is answered 503'))}. The textbook side answered 201 to a sign-in that it had not stored, in at least one run: ${yesOrNo(worst('sign-ins that were answered 201 and not stored', 'textbook'))}.`,
    `In every run with a full session store, an existing session was read: ${yesOrNo(worst('an existing session is read'))}; a score was accepted: ${yesOrNo(worst('a score is accepted'))}.`,
    `Under load meanwhile: ${worst('requests that hung')} requests hung, ${worst('query cache: failed or hung')} reads of the query cache failed, ${worst('sessions: 401 while signed in')} times a user was treated as signed out, ${worst('scores: lost')} scores were lost. The textbook side: ${worst('requests that hung', 'textbook')}, ${worst('query cache: failed or hung', 'textbook')}, ${worst('sessions: 401 while signed in', 'textbook')} and ${worst('scores: lost', 'textbook')}.`,
  ],
};

/** @param figure the formatted 0 or 1 */
function yesOrNo(figure: string): string {
  return figure === '0' ? 'no' : 'yes';
}

async function limit(engine: LocalEngine, bytes: number): Promise<void> {
  await engine.command('CONFIG', 'SET', 'maxmemory', `${bytes}`);
}

async function infoOf(engine: LocalEngine, field: string): Promise<string> {
  const info = String(await engine.command('INFO', 'everything'));
  return new RegExp(`^${field}:(.*)\r?$`, 'm').exec(info)?.[1] ?? '';
}

const WITHIN_MS = 5_000;
const CHECK_EVERY_MS = 20;

async function untilStatus(asking: () => Promise<{ status: number }>, wanted: number): Promise<boolean> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline) {
    if ((await asking()).status === wanted) return true;
    await wait(CHECK_EVERY_MS);
  }
  return false;
}
