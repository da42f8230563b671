import { formatMs, formatTimes } from '../measuring/format.js';
import { openLoop } from '../measuring/open-loop.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { LoadOptions } from '../options.js';
import type { Figure, Findings, Scene } from '../scenario.js';
import { clock, type LiveSide, scoreSentAt } from './audience.js';
import { BoardApp, type Score } from './board-app.js';
import { type Seen, watch } from './watching.js';

/** As many as the textbook can serve at this rate: it sends the whole top to everybody after each score. */
const viewers = 300;
const top = 100;
const topPerSecond = 70;
const batchesPerSecond = 20;

/** The same changes, shown to as many viewers by both sides, one side after the other on the same app. */
export async function compareRepainting(
  scene: Scene,
): Promise<Required<Pick<Findings, 'answers' | 'figures'>>> {
  const board = new BoardApp(scene);
  await board.define({ operator: 'latest', max: 9_000_000_000 });
  const module = await show(scene, board, 'module');
  const textbook = await show(scene, board, 'textbook');
  const bytes = textbook.heard.bytes / module.heard.bytes;
  const cores = textbook.coresForViewers / module.coresForViewers;
  const rate = `at ${topPerSecond} changes a second to ${viewers} viewers`;
  return {
    answers: [
      `The textbook, ${rate}, sends ${formatTimes(bytes)} as many bytes and its viewers cost the app ${formatTimes(cores)} as much processor time. 99% of the changes arrive within ${formatMs(textbook.heard.p99Ms)} ms instead of ${formatMs(module.heard.p99Ms)} ms.`,
    ],
    figures: [
      ...figuresOf(`module, ${rate}`, module, lengthOf(scene.options).seconds),
      ...figuresOf(`textbook, ${rate}`, textbook, lengthOf(scene.options).seconds),
      { figure: `bytes per viewer, textbook / module, ${rate}`, value: bytes, atLeast: 20 },
      { figure: `CPU of the app for its viewers, textbook / module, ${rate}`, value: cores, atLeast: 5 },
    ],
  };
}

/** In seconds, of one side. */
export function lengthOf({ quick }: LoadOptions): { warmUp: number; seconds: number } {
  return quick ? { warmUp: 0.3, seconds: 1.5 } : { warmUp: 3, seconds: 10 };
}

interface Shown extends Seen {
  /** The cores that the app uses less while nobody watches the same changes. */
  readonly coresForViewers: number;
}

async function show(scene: Scene, board: BoardApp, side: LiveSide): Promise<Shown> {
  const { app, options, signal } = scene;
  const { warmUp, seconds } = lengthOf(options);
  // The module takes a batch per request. The textbook has no such route.
  const submit = async (scores: readonly Score[]) => {
    if (side === 'module') await board.submit(scores);
    else await Promise.all(scores.map((score) => board.submitToTextbook(score)));
  };
  await submit(Array.from({ length: top }, (_, i) => newScore(i)));
  const change = (duration: number) => changeTop(submit, duration, signal);
  await change(warmUp);
  const before = await app.processorMs();
  await change(seconds);
  const unwatched = ((await app.processorMs()) - before) / 1_000 / seconds;
  const seen = await watch(scene, { side, board: board.board, top, viewers, change, warmUp, seconds });
  return { ...seen, coresForViewers: seen.cores - unwatched };
}

async function changeTop(
  submit: (scores: readonly Score[]) => Promise<void>,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const random = seededRandom(seconds);
  let sent = 0;
  const loop = { everyMs: 1_000 / batchesPerSecond, times: seconds * batchesPerSecond, signal };
  await openLoop(loop, (_dueAt, turn) => {
    const due = Math.floor(((turn + 1) * topPerSecond) / batchesPerSecond) - sent;
    sent += due;
    return submit(Array.from({ length: due }, () => newScore(Math.floor(random() * top))));
  });
}

function newScore(player: number): Score {
  return { playerId: `top${player}`, score: scoreSentAt(clock()) };
}

function figuresOf(what: string, { heard, cores, coresForViewers }: Shown, seconds: number): Figure[] {
  return [
    { figure: `bytes per viewer and second: ${what}`, value: heard.bytes / viewers / seconds },
    { figure: `change to receipt p50: ${what}`, value: heard.p50Ms, unit: 'ms' },
    { figure: `change to receipt p99: ${what}`, value: heard.p99Ms, unit: 'ms' },
    { figure: `cores of the app: ${what}`, value: cores },
    { figure: `of these for the viewers: ${what}`, value: coresForViewers },
  ];
}
