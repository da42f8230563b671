import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startEngine, startPostgres } from '../../local/index.js';
import type { Experiment, Observation, Scene } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startDiskEngine } from '../stack/disk-engine.js';
import { RecordingProxy } from '../stack/recording-proxy.js';
import { foundIn, seedCanaries } from '../traffic/canaries.js';

/** A wrong setting, and what health must say about it. */
const MISTAKES = [
  { what: 'wrong authority', setting: 'SESSION_ENGINE_URL', role: 'sessions', reason: /unknown authority/ },
  {
    what: 'certificate for another name',
    setting: 'CACHE_ENGINE_URL',
    role: 'cache',
    reason: /for another name/,
  },
  { what: 'expired certificate', setting: 'LEADERBOARD_ENGINE_URL', role: 'leaderboard', reason: /expired/ },
  { what: 'wrong password', setting: 'SESSION_ENGINE_URL', role: 'sessions', reason: /password is wrong/ },
] as const;
type Mistake = (typeof MISTAKES)[number];

const WRONG_PASSWORD = 'secret-of-another-server';
const REPORTED_WITHIN_MS = 15_000;
const CHECK_EVERY_MS = 50;

export const encryption: Experiment = {
  name: 'encryption',
  claim: 'Connections to the engine are encrypted, and so are sessions where the engine keeps them.',
  method:
    'Words that occur nowhere else are stored in sessions, their names and scores. Then they are looked for in a recording of the connection, and in the dump, the append-only file and the slow log of the engine and the log of the app. Last, the app meets a wrong authority, a wrong name, an expired certificate and a wrong password.',
  topologies: ['standalone'],
  seconds: () => 15,
  async run(scene): Promise<Observation> {
    const database = await scene.start(startPostgres());
    scene.say('looks for canaries, and makes mistakes with certificates and passwords');
    const [plain, tls, mistakes] = await Promise.all([
      look(scene, database.url, { tls: false }),
      look(scene, database.url, { tls: true }),
      makeMistakes(scene, database.url),
    ]);
    return {
      figures: [
        { name: 'canaries that were stored', values: { plain: plain.stored, TLS: tls.stored } },
        {
          name: 'canaries in a recording of the connection',
          values: { plain: plain.onTheWay, TLS: tls.onTheWay },
          goal: { side: 'TLS', atMost: 0 },
        },
        {
          name: 'control: the recording can show them',
          values: { plain: plain.onTheWay },
          goal: { side: 'plain', atLeast: 1 },
        },
        {
          name: 'session canaries in dump, append-only file and logs',
          values: { module: plain.ofModule + tls.ofModule, textbook: plain.ofTextbook + tls.ofTextbook },
          goal: { side: 'module', atMost: 0 },
        },
        {
          name: 'control: the files can show them',
          values: { textbook: plain.ofTextbook },
          goal: { side: 'textbook', atLeast: 1 },
        },
        {
          name: 'mistakes that were refused, with their reason in /health/ready',
          values: { module: mistakes.refused },
          goal: { side: 'module', atLeast: MISTAKES.length },
        },
        {
          name: 'secrets in the log, or sent to a server that is not trusted',
          values: { module: mistakes.leaked },
          goal: { side: 'module', atMost: 0 },
        },
      ],
      caveats: [
        'Only sessions are sealed by the application. Player ids, and the answers of the query cache, are readable on the engine: encrypt its disks as well.',
      ],
    };
  },
  answers: (worst) => [
    `A recording of the connection shows ${worst('canaries in a recording of the connection', 'plain')} of ${worst('canaries that were stored', 'plain')} canaries without TLS, and ${worst('canaries in a recording of the connection', 'TLS')} with TLS.`,
    `The engine's files and the logs show ${worst('session canaries in dump, append-only file and logs')} canaries of the module's sessions, and ${worst('session canaries in dump, append-only file and logs', 'textbook')} of the textbook side's.`,
    `Of ${MISTAKES.length} mistakes with certificates and passwords ${worst('mistakes that were refused, with their reason in /health/ready')} were refused with their reason. Secrets in the log, or sent to a server that is not trusted: ${worst('secrets in the log, or sent to a server that is not trusted')}.`,
  ],
};

/** Stores canaries through one kind of connection, and looks for them. */
async function look(scene: Scene, database: string, { tls }: { tls: boolean }) {
  const password = newPassword();
  const engine = await scene.start(startDiskEngine(scene, { tls, password }));
  const proxy = await scene.start(RecordingProxy.start(engine.server.port));
  const app = await scene.start(AppNodes.start({ database, engine: proxy.through(engine.url) }, 1));
  const canaries = await seedCanaries(app);
  const all = [...canaries.module, ...canaries.textbook, ...canaries.players, password];
  const kept = Buffer.concat([await engine.kept(), Buffer.from(app.log)]);
  await app.stop();
  return {
    stored: all.length,
    onTheWay: foundIn(all, proxy.recorded).length,
    ofModule: foundIn(canaries.module, kept).length,
    ofTextbook: foundIn(canaries.textbook, kept).length,
  };
}

/** Starts the app with each mistake. Counts those that were refused, and the secrets that were shown. */
async function makeMistakes(scene: Scene, database: string) {
  const password = newPassword();
  const start = (serverCertificate: 'valid' | 'wrong-name' | 'expired') =>
    scene.start(startEngine(scene.engine, { tls: { serverCertificate }, password }));
  const [valid, wrongName, expired] = await Promise.all([
    start('valid'),
    start('wrong-name'),
    start('expired'),
  ]);
  const servers = [valid, wrongName, expired, valid];
  const proxies = await Promise.all(servers.map(({ port }) => scene.start(RecordingProxy.start(port))));
  const urls = [
    valid.url.replace(valid.tls?.ca ?? '', valid.tls?.otherCa ?? ''),
    wrongName.url,
    expired.url,
    valid.url.replace(password, WRONG_PASSWORD),
  ].map((url, i) => proxies[i]?.through(url) ?? url);

  // Each mistake is made with the engine of one use case, so two apps are enough for four mistakes.
  const outcomes = await Promise.all(
    [[0, 1, 2], [3]].map(async (numbers) => {
      const settings = Object.fromEntries(numbers.map((i) => [MISTAKES[i]?.setting, urls[i]]));
      const app = await scene.start(
        AppNodes.start({ database, engine: valid.url, settings }, 1, 'listening'),
      );
      const refused = await Promise.all(numbers.map((i) => isRefused(app, MISTAKES[i] as Mistake)));
      return { refused: refused.filter(Boolean).length, log: app.log };
    }),
  );
  const shown = [
    ...outcomes.map(({ log }) => log),
    ...proxies.map(({ recorded }) => recorded.toString('latin1')),
  ];
  return {
    refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
    leaked: shown.filter((text) => text.includes(password) || text.includes(WRONG_PASSWORD)).length,
  };
}

/** Waits until health reports the reason. */
async function isRefused(app: AppNodes, { role, reason }: Mistake): Promise<boolean> {
  const deadline = performance.now() + REPORTED_WITHIN_MS;
  while (performance.now() < deadline) {
    const { engines } = await app.readiness();
    const engine = engines.find(({ roles }) => roles.includes(role));
    if (engine?.state === 'ready') return false;
    if (reason.test(engine?.reason ?? '')) return true;
    await wait(CHECK_EVERY_MS);
  }
  return false;
}

function newPassword(): string {
  return `secret-${randomBytes(8).toString('hex')}`;
}
