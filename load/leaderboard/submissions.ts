import { BoardApp, durationOf } from './board-app.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import { Latencies } from '../measuring/latencies.js';
import { formatCount, formatMs } from '../measuring/format.js';
import type { Scenario } from '../scenario.js';

const perSecond = 5_000;
const perBatch = 50;
const players = 100_000;

/** Batches of scores of many players, at a fixed rate that does not wait for answers. */
export const submissions: Scenario = {
  name: 'submissions',
  question: 'How soon is a score durable and ranked, at 5,000 a second?',
  seconds: (options) => durationOf(options).total,
  async measure(scene) {
    const { warmUp, seconds } = durationOf(scene.options);
    const app = new BoardApp(scene);
    await app.define({});
    const random = seededRandom(1);
    const batch = () =>
      Array.from({ length: perBatch }, () => ({
        playerId: `p${Math.floor(random() * players)}`,
        score: Math.floor(random() * 1_000_000),
      }));
    const send = async (duration: number) => {
      const latencies = new Latencies();
      const everyMs = (1_000 * perBatch) / perSecond;
      const times = (duration * 1_000) / everyMs;
      await openLoop({ everyMs, times, signal: scene.signal }, async (dueAt) => {
        await app.submit(batch());
        latencies.record(performance.now() - dueAt);
      });
      return latencies;
    };
    scene.say(`${warmUp} s untimed, then ${seconds} s: ${perSecond} submissions a second`);
    await send(warmUp);
    const before = await scene.app.processorMs();
    const latencies = await send(seconds);
    const cores = ((await scene.app.processorMs()) - before) / 1_000 / seconds;
    const [p50, p99] = [latencies.percentile(50), latencies.percentile(99)];
    return {
      answers: [
        `At ${formatCount(perSecond)} scores a second, half of them are durable and ranked within ${formatMs(p50)} ms and 99% within ${formatMs(p99)} ms.`,
      ],
      figures: [
        { figure: 'p50 of a submission', unit: 'ms', value: p50 },
        { figure: 'p99 of a submission', unit: 'ms', value: p99, atMost: 30 },
        { figure: 'cores of the app', value: cores },
      ],
      caveats: ['Each run leaves its board in the ledger. After many runs, delete .data/1.'],
    };
  },
};
