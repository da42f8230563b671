import { compareInTurn, describeCost } from '../comparison.js';
import type { Figure, Scenario } from '../scenario.js';
import { commandsOfReads } from './commands-of-reads.js';
import type { LoadOptions } from '../options.js';
import { compareReads, processorPerConstant } from './reads.js';
import { answerOfUpdates, lostBy, updatesOf } from './updates.js';
import { openVisitors } from './visitors.js';

/** The module, connect-redis, connect-pg-simple, MemoryStore. */
const SIDES = 4;
/** Two constant handlers. */
const LIMITS = 2;

const CAVEATS = [
  'An update is lost if it was acknowledged and a later answer does not have it. Each connection changes a field of its own.',
  'The textbook is express-session with connect-redis, direct with connect-pg-simple, memory with MemoryStore, which one process alone can use. None of them encrypts the session or detects concurrent changes.',
  'Direct and memory are small apps without the headers, origin checks and metrics of the application. So compare the processor time of each side with the constant handler of its own process.',
  'With --quick V8 has not yet compiled all code. That costs most on the side with the most code, which is the module.',
];

/** Shorter than other rounds: there are many sides, and a request takes about a millisecond. */
function secondsOf({ quick, seconds }: LoadOptions): number {
  return quick ? Math.min(0.08, seconds) : seconds / 2;
}

/** Reads of a session, and updates of one session by several connections, on four stores. */
export const sessions: Scenario = {
  name: 'sessions',
  question: 'What does a signed-in request cost, and is an update ever lost?',
  seconds: (options) =>
    (options.quick ? 9 : 32) +
    (2 * SIDES + LIMITS) * ((options.rounds + 1) * (secondsOf(options) + 0.03) + 0.1),
  async measure(scene) {
    const short = { ...scene, options: { ...scene.options, seconds: secondsOf(scene.options) } };
    const { visitors, missing, close } = await openVisitors(short);
    try {
      const reads = await compareReads(short, visitors);
      const commands = await commandsOfReads(scene, visitors);
      const title = `updates of one session, ${scene.options.connections} at a time`;
      const updates = await compareInTurn(short, title, visitors.map(updatesOf));
      return {
        answers: [describeCost(reads), ...commands.answers, answerOfUpdates(updates)],
        comparisons: [reads, updates],
        figures: [
          ...processorPerConstant(reads),
          ...commands.figures,
          ...updates.sides.map((side): Figure => ({
            figure: `updates that were lost: ${side.name}`,
            value: lostBy(side),
            ...(side.name === 'module' && { atMost: 0 }),
          })),
        ],
        caveats: [...CAVEATS, ...commands.caveats, ...missing],
      };
    } finally {
      await close();
    }
  },
};
