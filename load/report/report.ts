import type { LoadOptions } from '../options.js';
import type { Findings } from '../scenario.js';
import type { describeMachine } from './machine.js';

/** Everything that is needed to check the figures of a run or to repeat it. */
export interface Report {
  date: string;
  command: string;
  machine: ReturnType<typeof describeMachine>;
  /** Kind and topology of the engine of the query cache. */
  engine: string;
  options: LoadOptions;
  scenarios: (Findings & { name: string; question: string })[];
}
