import { processorWithoutScrapes } from '../app/processor-time.js';
import { formatCount } from '../measuring/format.js';
import { measureInTurn, type SideFigures } from '../measuring/sides.js';
import { sideOf } from '../comparison.js';
import type { LoadOptions } from '../options.js';
import type { Scenario, Table } from '../scenario.js';
import { connectToEngine } from './engine-use.js';
import { memoryOfItems } from './memory.js';
import { openRequests } from './requests.js';

/** The share of a core that we plan with: above it, requests begin to wait for each other. */
const PLANNED_LOAD = 0.7;
const ROUNDS = { quick: 2, full: 6 };
const KINDS = 9;

function roundsOf({ quick }: LoadOptions): { rounds: number; seconds: number } {
  return quick ? { rounds: ROUNDS.quick, seconds: 0.2 } : { rounds: ROUNDS.full, seconds: 0.5 };
}

/** The processor time of one request of each kind, and the engine's memory of one item: the numbers of docs/capacity.md. */
export const capacity: Scenario = {
  name: 'capacity',
  question: 'How much do one app node and one engine carry?',
  uses: ['connections'],
  method:
    'Processor time of the app (its metrics) and of the engine (INFO cpu) per request, closed loop, the kinds in turn. Memory: INFO memory before and after, and MEMORY USAGE.',
  isLong: true,
  seconds: (options) => KINDS * (roundsOf(options).rounds * (roundsOf(options).seconds + 0.1) + 0.4) + 8,
  async measure(scene) {
    const { engineUrl } = scene;
    const use = engineUrl === null ? null : await connectToEngine(engineUrl);
    try {
      const requests = await openRequests(scene);
      const processorMs = await processorWithoutScrapes(scene.app);
      const sides = requests.map(({ name, requests: sent }) =>
        sideOf(scene, name, sent, async () => ({
          appCpuMs: await processorMs(),
          engineCpuMs: (await use?.processorMs()) ?? NaN,
        })),
      );
      const measured = await measureInTurn(sides, {
        ...scene.options,
        ...roundsOf(scene.options),
        onRound: (round) => scene.say(`round ${round} of ${roundsOf(scene.options).rounds}`),
      });
      const memory = use === null ? [] : [await memoryOfItems(scene, use)];
      return {
        answers: measured.sides.filter(({ name }) => HEADLINES.includes(name)).map(answerOf),
        tables: [costTable(measured.sides, use !== null), ...memory],
        caveats: [
          `"Carries" is ${100 * PLANNED_LOAD}% of one core, divided by the processor time of a request. The app also uses a core for garbage collection while it is busy, which is included.`,
          ...(use === null
            ? ['The engine of this app is not known, so its processor time and memory are not measured.']
            : []),
        ],
      };
    } finally {
      use?.close();
    }
  },
};

const HEADLINES = ['hit on the fast lane', 'hit the normal way', 'read of a session', 'rank of a player'];

function costTable(sides: readonly SideFigures[], hasEngine: boolean): Table {
  const header = ['request', 'app, µs', 'one app node carries, requests/s'];
  const ofEngine = ['engine, µs', 'one engine carries, requests/s'];
  return {
    title: 'processor time of one request',
    rows: [
      [...header, ...(hasEngine ? ofEngine : [])],
      ...sides.map((side) => [
        side.name,
        ...carried(cpuOf(side, 'appCpuMs')),
        ...(hasEngine ? carried(cpuOf(side, 'engineCpuMs')) : []),
      ]),
    ],
  };
}

/** In microseconds per request. */
function cpuOf({ counts, requests }: SideFigures, name: string): number {
  return (1_000 * (counts[name] ?? NaN)) / requests;
}

/** A request that costs less than a microsecond does not limit the engine. */
function carried(microseconds: number): string[] {
  if (microseconds < 1) return ['< 1', '-'];
  return [formatCount(microseconds), formatCount(rateOf(microseconds))];
}

/** Requests per second on the planned share of a core, rounded to two digits. */
export function rateOf(microseconds: number): number {
  return Number(((PLANNED_LOAD * 1e6) / microseconds).toPrecision(2));
}

function answerOf(side: SideFigures): string {
  const microseconds = cpuOf(side, 'appCpuMs');
  return `${side.name}: ${formatCount(microseconds)} µs of the app, so one app node carries about ${formatCount(rateOf(microseconds))} a second.`;
}
