import { BoardApp } from './board-app.js';
import type { BoardLoad, Measured } from './board-load.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import { Series } from '../measuring/series.js';

const perSecond = 5_000;
const perBatch = 50;
const players = 100_000;
const warmUpSeconds = 10;

/** Batches of scores of many players, at a fixed rate that does not wait for answers. */
export async function submissions(load: BoardLoad): Promise<Measured[]> {
  const app = new BoardApp(load);
  await app.define({});
  const random = seededRandom(1);
  const batch = () =>
    Array.from({ length: perBatch }, () => ({
      playerId: `p${Math.floor(random() * players)}`,
      score: Math.floor(random() * 1_000_000),
    }));
  const send = (seconds: number, series: Series) => {
    const everyMs = (1_000 * perBatch) / perSecond;
    const times = (seconds * 1_000) / everyMs;
    return openLoop({ everyMs, times, signal: load.signal }, async (dueAt) => {
      await app.submit(batch());
      series.recordAnswer(performance.now() - dueAt);
    });
  };
  load.say(`${warmUpSeconds} s untimed, then ${load.seconds} s: ${perSecond} submissions a second`);
  await send(warmUpSeconds, new Series());
  const series = new Series();
  const before = await app.processorSeconds();
  await send(load.seconds, series);
  const cores = ((await app.processorSeconds()) - before) / load.seconds;
  const { p50Ms, p99Ms } = series.figures;
  return [
    { figure: 'p50 of a submission, ms', value: p50Ms },
    { figure: 'p99 of a submission, ms', value: p99Ms, goal: 30 },
    { figure: 'cores of the app', value: cores },
  ];
}
