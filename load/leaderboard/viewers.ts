import { BoardApp, type Score } from './board-app.js';
import { formatCount, formatMs } from '../measuring/format.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { LoadOptions } from '../options.js';
import type { Scenario, Scene } from '../scenario.js';
import { clock, scoreSentAt } from './audience.js';
import { compareRepainting, lengthOf } from './repainting.js';
import { watch } from './watching.js';

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
  uses: [],
  seconds(options) {
    const [main, compared] = [durationOf(options), lengthOf(options)];
    return main.warmUp + main.seconds + 4 * (compared.warmUp + compared.seconds) + 3;
  },
  async measure(scene) {
    const { seconds } = durationOf(scene.options);
    const app = new BoardApp(scene);
    await app.define({ operator: 'latest', max: 9_000_000_000 });
    await fill(app);
    const { heard, cores } = await watch(scene, {
      side: 'module',
      board: app.board,
      top,
      viewers: viewerCount,
      change: (seconds) => change(app, scene, seconds),
      ...durationOf(scene.options),
    });
    const compared = await compareRepainting(scene);
    const perViewer = (count: number) => count / viewerCount / seconds;
    return {
      answers: [
        `${formatCount(viewerCount)} viewers see 99% of the changes within ${formatMs(heard.p99Ms)} ms. That costs ${formatCount(perViewer(heard.bytes))} bytes per viewer and second, and ${formatCount(cores)} cores of the app.`,
        ...compared.answers,
      ],
      figures: [
        { figure: 'change to receipt p50', unit: 'ms', value: heard.p50Ms },
        { figure: 'change to receipt p99', unit: 'ms', value: heard.p99Ms, atMost: 150 },
        { figure: 'messages per viewer and second', value: perViewer(heard.messages) },
        { figure: 'bytes per viewer and second', value: perViewer(heard.bytes), atMost: 6_000 },
        { figure: 'cores of the app', value: cores, atMost: 0.5 },
        { figure: 'cores of the viewers', value: heard.cores },
        ...compared.figures,
      ],
      caveats: [
        'The textbook sends the whole top to everybody after each score, so it cannot serve 2,000 viewers at this rate. It is compared with fewer.',
        'Each run leaves its board in the ledger. After many runs, delete .data/1.',
      ],
    };
  },
};

/** Longer than a round of queries, because p99 needs more samples. */
function durationOf({ quick }: LoadOptions): { warmUp: number; seconds: number } {
  return quick ? { warmUp: 1, seconds: 2 } : { warmUp: 10, seconds: 15 };
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
