import { formatCount } from '../measuring/format.js';
import type { Figure, Scene } from '../scenario.js';
import { countCommands } from './engine-commands.js';
import { SESSION } from './reads.js';
import type { Visitor } from './visitors.js';

const READS = 50;
/** In the keys of both sides. */
const SESSION_KEY = ':session:';
const ON_ENGINE = ['module', 'textbook'];
const AT_MOST = 1;

interface Found {
  readonly answers: readonly string[];
  readonly figures: readonly Figure[];
  readonly caveats: readonly string[];
}

/** Counts the engine's commands for reads of a session, outside of the rounds: MONITOR slows the engine down. */
export async function commandsOfReads({ engineUrl }: Scene, visitors: readonly Visitor[]): Promise<Found> {
  if (engineUrl === null)
    return {
      answers: [],
      figures: [],
      caveats: ['The engine commands per read are not counted: the engine of this app is not known.'],
    };
  const found: string[] = [];
  const figures: Figure[] = [];
  for (const visitor of visitors.filter(({ name }) => ON_ENGINE.includes(name))) {
    const { name } = visitor;
    const counts = await countCommands(engineUrl, SESSION_KEY, () => read(visitor));
    const value = Object.values(counts).reduce((sum, count) => sum + count, 0) / READS;
    found.push(`${name} ${formatCount(value)} (${Object.keys(counts).join(', ')})`);
    const figure = `engine commands per authenticated read: ${name}`;
    figures.push({ figure, value, ...(name === 'module' && { atMost: AT_MOST }) });
  }
  return { answers: [`Engine commands per authenticated read: ${found.join(', ')}.`], figures, caveats: [] };
}

async function read({ scene, pathOf, cookie }: Visitor): Promise<void> {
  for (let i = 0; i < READS; i++) await scene.app.get(pathOf(SESSION), { cookie });
}
