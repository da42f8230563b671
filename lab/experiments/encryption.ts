import { setTimeout as wait } from 'node:timers/promises';
import { PASSWORD } from '../../test/support/faults/fault-stack.js';
import {
  type Misconfiguration,
  MISCONFIGURATIONS,
  WRONG_PASSWORD,
} from '../../test/support/faults/misconfigurations.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startRecorded } from '../stack/recorded-engines.js';
import { startDatabase } from '../stack/stack.js';
import type { Timeline } from '../timeline/timeline.js';
import { foundIn, seedCanaries } from '../traffic/canaries.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';

const NODES = 2;

const REPORTED_WITHIN_MS = 15_000;
/** Longer than the app waits before it tries again after a wrong password or certificate: at most 6 s, see backoff.ts. */
const WATCHED_MS = 7_000;
const CHECK_EVERY_MS = 50;

export const encryption: Experiment = {
  name: 'encryption',
  claim: 'Connections to the engine are encrypted, and so are sessions where the engine keeps them.',
  method:
    'Over TLS two app nodes get load on all three use cases. Then, with plain connections and with TLS, random words (canaries) are stored as user names, devices, session data and player ids. They are looked for in a recording of the connections of all clients, replicas and sentinels, and in the dump, the append-only file, the slow log and the log of each server and in the log of the app. Last, the app meets a wrong authority, a wrong name, an expired certificate and a wrong password: it must say so, and not connect in another way.',
  topologies: ['standalone', 'sentinel', 'cluster'],
  seconds: ({ quick }) => (quick ? 70 : 80),
  async run(scene): Promise<Observation> {
    const database = await startDatabase(scene);
    scene.say('looks for canaries');
    const plain = await look(scene, database.url, { tls: false });
    const tls = await look(scene, database.url, { tls: true });
    const mistakes: Mistake[] = [];
    for (const misconfiguration of MISCONFIGURATIONS) {
      scene.say(misconfiguration.name);
      mistakes.push(await makeMistake(scene, database.url, misconfiguration));
    }
    return {
      figures: [
        { name: 'canaries that were stored', values: { plain: plain.stored, TLS: tls.stored } },
        {
          name: 'canaries in a recording of the connections',
          values: { plain: plain.onTheWay, TLS: tls.onTheWay },
          goal: { side: 'TLS', atMost: 0 },
        },
        {
          name: 'control: the recording can show them',
          values: { plain: plain.onTheWay },
          goal: { side: 'plain', atLeast: 1 },
        },
        {
          name: 'control: bytes in the recording',
          values: { plain: plain.recordedBytes, TLS: tls.recordedBytes },
          goal: { side: 'TLS', atLeast: 1 },
        },
        {
          name: 'session canaries in dump, append-only file and logs',
          values: { module: plain.ofModule + tls.ofModule, textbook: plain.ofTextbook + tls.ofTextbook },
          goal: { side: 'module', atMost: 0 },
        },
        {
          name: 'player ids in dump, append-only file and logs',
          values: { module: plain.players + tls.players },
        },
        {
          name: 'control: the files can show them',
          values: { textbook: plain.inFiles },
          goal: { side: 'textbook', atLeast: 1 },
        },
        {
          name: 'control: the slow log can show them',
          values: { textbook: plain.inSlowLog },
          goal: { side: 'textbook', atLeast: 1 },
        },
        {
          name: 'control: the servers have a log',
          values: { plain: plain.logBytes, TLS: tls.logBytes },
          goal: { side: 'TLS', atLeast: 1 },
        },
        {
          name: 'mistakes that were refused, with their reason in /health/ready',
          values: { module: mistakes.filter(({ isRefused }) => isRefused).length },
          goal: { side: 'module', atLeast: MISCONFIGURATIONS.length },
        },
        {
          name: 'secrets in the log, or sent in plain text',
          values: { module: mistakes.filter(({ isLeaked }) => isLeaked).length },
          goal: { side: 'module', atMost: 0 },
        },
        ...(tls.load?.figures ?? []),
      ],
      timelines: tls.load ? [tls.load.timeline] : [],
      caveats: [
        'The connections between the nodes of a cluster for gossip are not recorded. Notifications pass over them, with digests of session ids and names of keys.',
        'Only sessions are sealed by the application. Player ids, and the answers of the query cache, are readable on the engine: encrypt its disks as well.',
        ...(tls.load?.failures ?? []),
      ],
    };
  },
  answers: (worst) => [
    `Without TLS, a recording of the connections shows ${worst('canaries in a recording of the connections', 'plain')} of ${worst('canaries that were stored', 'plain')} canaries: the password of the engine, the player ids, and the sessions of the textbook side. The app seals those of the module. With TLS it shows ${worst('canaries in a recording of the connections', 'TLS')}.`,
    `With and without TLS together, the engine's files and the logs show ${worst('session canaries in dump, append-only file and logs')} canaries of the module's sessions, ${worst('session canaries in dump, append-only file and logs', 'textbook')} of the textbook side's, and ${worst('player ids in dump, append-only file and logs')} player ids.`,
    `Of ${MISCONFIGURATIONS.length} mistakes with certificates and passwords ${worst('mistakes that were refused, with their reason in /health/ready')} were refused with their reason. Secrets in the log, or sent in plain text: ${worst('secrets in the log, or sent in plain text')}.`,
  ],
};

/** Uses the app through one kind of connection, stores canaries, and looks for them. */
async function look(scene: Scene, database: string, { tls }: { tls: boolean }) {
  const engines = await scene.start(startRecorded(scene, { tls }));
  const app = await scene.start(AppNodes.start({ database, engine: engines.url }, NODES));
  // Before the canaries, since the slow log keeps only the newest 10,000 commands.
  const load = tls ? await runLoad(scene, app) : undefined;
  const canaries = await seedCanaries(app);
  const all = [...canaries.module, ...canaries.textbook, ...canaries.players, PASSWORD];
  const { files, slowLog, log } = await engines.kept();
  const kept = Buffer.concat([files, slowLog, log, Buffer.from(app.log)]);
  await app.stop();
  await engines.stop();
  return {
    load,
    stored: all.length,
    onTheWay: foundIn(all, engines.recorded).length,
    recordedBytes: engines.recorded.length,
    logBytes: log.length,
    inFiles: foundIn(canaries.textbook, files).length,
    inSlowLog: foundIn(canaries.textbook, slowLog).length,
    ofModule: foundIn(canaries.module, kept).length,
    ofTextbook: foundIn(canaries.textbook, kept).length,
    players: foundIn(canaries.players, kept).length,
  };
}

interface LoadSeen {
  readonly figures: readonly Figure[];
  readonly timeline: Timeline;
  readonly failures: readonly string[];
}

async function runLoad(scene: Scene, app: AppNodes): Promise<LoadSeen> {
  const load = await Load.start(scene, app);
  await load.untilSteady(scene.quick ? 3 : 8);
  const result = await load.result('all use cases over TLS');
  const figures = loadFigures(result, app, { mayFail: false });
  return { figures, timeline: result.timeline, failures: failuresOf(result) };
}

interface Mistake {
  /** With its reason in the health report. */
  readonly isRefused: boolean;
  /** A password is in the log of the app, or was sent in plain text. */
  readonly isLeaked: boolean;
}

/** Starts the app with a mistake. */
async function makeMistake(scene: Scene, database: string, mistake: Misconfiguration): Promise<Mistake> {
  const engines = await scene.start(startRecorded(scene, { ...mistake.stack, tls: true }));
  const engine = await mistake.arrange(
    engines.servers,
    // The scene stops it, also if it has ended already.
    (stop) => void scene.start(Promise.resolve({ stop })).catch(() => undefined),
  );
  const app = await scene.start(AppNodes.start({ database, engine }, 1, 'listening'));
  const isRefused = await staysRefused(app, mistake.reason);
  const shown = app.log + engines.recorded.toString('latin1');
  await app.stop();
  await engines.stop();
  return { isRefused, isLeaked: [PASSWORD, WRONG_PASSWORD].some((password) => shown.includes(password)) };
}

/** Whether health reports the reason, and the app is still not connected after its next attempt. */
async function staysRefused(app: AppNodes, reason: RegExp): Promise<boolean> {
  let isReported = false;
  let deadline = performance.now() + REPORTED_WITHIN_MS;
  while (performance.now() < deadline) {
    const { engines } = await app.readiness();
    if (engines.some(({ state }) => state === 'ready')) return false;
    if (!isReported && engines.every((engine) => reason.test(engine.reason ?? ''))) {
      isReported = true;
      deadline = performance.now() + WATCHED_MS;
    }
    await wait(CHECK_EVERY_MS);
  }
  return isReported;
}
