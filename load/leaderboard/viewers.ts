import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BoardApp, durationOf, type Score } from './board-app.js';
import { formatCount, formatMs } from '../measuring/format.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Scenario, Scene } from '../scenario.js';
import { type Audience, clock, type Heard, scoreSentAt } from './audience.js';

const viewerCount = 2_000;
const top = 100;
const others = 10_000;
const batchesPerSecond = 20;
const perBatch = 100;
/** Changes per second in the top, spread over the batches: 7 in each tick of 100 ms. */
const topPerSecond = 70;

/**
 * Viewers of the top of a board while scores change. The viewers run in a separate process. A score in the top is the time at which it
 * was sent, so the receiver can compute its age. All other scores are lower.
 */
export const viewers: Scenario = {
  name: 'viewers',
  question: 'How soon do 2,000 viewers see a change, and what does that cost?',
  seconds: (options) => durationOf(options).total + 5,
  async measure(scene) {
    const { seconds } = durationOf(scene.options);
    const app = new BoardApp(scene);
    await app.define({ operator: 'latest', max: 9_000_000_000 });
    await fill(app);
    const { heard, cores } = await watch(app, scene);
    const perViewer = (count: number) => count / viewerCount / seconds;
    return {
      answers: [
        `${formatCount(viewerCount)} viewers see 99% of the changes within ${formatMs(heard.p99Ms)} ms. That costs ${formatCount(perViewer(heard.bytes))} bytes per viewer and second, and ${formatCount(cores)} cores of the app.`,
      ],
      figures: [
        { figure: 'change to receipt p50', unit: 'ms', value: heard.p50Ms },
        { figure: 'change to receipt p99', unit: 'ms', value: heard.p99Ms, atMost: 150 },
        { figure: 'messages per viewer and second', value: perViewer(heard.messages) },
        { figure: 'bytes per viewer and second', value: perViewer(heard.bytes), atMost: 6_000 },
        { figure: 'cores of the app', value: cores, atMost: 0.5 },
        { figure: 'cores of the viewers', value: heard.cores },
      ],
      caveats: ['Each run leaves its board in the ledger. After many runs, delete .data/1.'],
    };
  },
};

/** Lets the viewers watch while scores change. */
async function watch(app: BoardApp, scene: Scene): Promise<{ heard: Heard; cores: number }> {
  const { warmUp, seconds } = durationOf(scene.options);
  scene.say(`${viewerCount} viewers connect`);
  const audience: Audience = { url: scene.app.url, board: app.board, top, viewers: viewerCount };
  const child = fork(fileURLToPath(new URL('viewers.process.ts', import.meta.url)), [
    JSON.stringify(audience),
  ]);
  const stop = () => child.kill();
  scene.signal.addEventListener('abort', stop);
  try {
    await hear(child, scene);
    scene.say(`${warmUp} s untimed, then ${seconds} s: ${batchesPerSecond * perBatch} changes a second`);
    await change(app, scene, warmUp);
    child.send('count');
    const before = await scene.app.processorMs();
    await change(app, scene, seconds);
    const cores = ((await scene.app.processorMs()) - before) / 1_000 / seconds;
    child.send('report');
    const heard = (await hear(child, scene)) as Heard;
    if (heard.behind > 0)
      throw new Error(
        `${heard.behind} viewers fell behind or were disconnected, so the figures are not valid.`,
      );
    return { heard, cores };
  } finally {
    scene.signal.removeEventListener('abort', stop);
    child.kill();
  }
}

async function hear(child: ReturnType<typeof fork>, { signal }: Scene): Promise<unknown> {
  const gone = once(child, 'exit').then(() => {
    throw new Error('The process of the viewers ended. The lines above give the reason.');
  });
  const [message] = (await Promise.race([once(child, 'message', { signal }), gone])) as [unknown];
  return message;
}

async function fill(app: BoardApp): Promise<void> {
  const below = Array.from({ length: others }, (_, i): Score => ({ playerId: `p${i}`, score: i }));
  const first = Array.from({ length: top }, (_, i): Score => ({
    playerId: `top${i}`,
    score: scoreSentAt(clock()),
  }));
  for (let i = 0; i < others; i += 1_000) await app.submit(below.slice(i, i + 1_000));
  await app.submit(first);
}

async function change(app: BoardApp, { signal }: Scene, seconds: number): Promise<void> {
  const random = seededRandom(seconds);
  const some = (count: number) => Math.floor(random() * count);
  let inTop = 0;
  const loop = { everyMs: 1_000 / batchesPerSecond, times: seconds * batchesPerSecond, signal };
  await openLoop(loop, (_dueAt, turn) => {
    const due = Math.floor(((turn + 1) * topPerSecond) / batchesPerSecond) - inTop;
    inTop += due;
    const sentAt = clock();
    const scores = Array.from({ length: perBatch }, (_, i): Score =>
      i < due
        ? { playerId: `top${some(top)}`, score: scoreSentAt(sentAt) }
        : { playerId: `p${some(others)}`, score: some(1_000_000) },
    );
    return app.submit(scores);
  });
}
