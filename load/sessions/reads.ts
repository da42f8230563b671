import { compareInTurn, sideOf } from '../comparison.js';
import type { Side, SideFigures } from '../measuring/sides.js';
import type { Comparison, Figure, Scene } from '../scenario.js';
import type { Visitor } from './visitors.js';

export const SESSION = '/api/sessions/current';

const CONSTANT = '/health/live';
/** Sides that answer a constant: the least that a request costs in that process. */
const CONSTANT_OF_APP = 'constant';
const CONSTANT_OF_SMALL_APP = 'constant (small app)';
/** By side, the handler that answers a constant in the same process. */
const CONSTANT_OF: Readonly<Record<string, string>> = {
  module: CONSTANT_OF_APP,
  textbook: CONSTANT_OF_APP,
  direct: CONSTANT_OF_SMALL_APP,
  memory: CONSTANT_OF_SMALL_APP,
};
const MODULE_AT_MOST = 1.35;
/** Requests of each side before the rounds: V8 compiles what has run often, and until then it costs several times as much. */
const WARM_UP = { quick: 1_000, full: 6_000 };

/** Reads on each side, and the constant handlers in the same turns. Only the stores are compared with each other. */
export async function compareReads(scene: Scene, visitors: readonly Visitor[]): Promise<Comparison> {
  const sides = [...visitors.map(readsOf), ...constantSides(visitors)];
  for (const side of sides)
    await side.send(scene.options.quick ? WARM_UP.quick : WARM_UP.full, scene.options.connections);
  const reads = await compareInTurn(scene, 'authenticated read', sides);
  const gains = Object.entries(reads.gains).filter(([over]) => over in CONSTANT_OF);
  return { ...reads, gains: Object.fromEntries(gains) };
}

function readsOf(visitor: Visitor): Side {
  const { name, scene, pathOf, cookie } = visitor;
  const request = { path: pathOf(SESSION), headers: { ...scene.app.headers, cookie } };
  return sideOf(scene, name, [request], () => countsOf(visitor));
}

/** A constant handler of the application, and one of the small apps: both have the same code. */
function constantSides(visitors: readonly Visitor[]): Side[] {
  const names = { module: CONSTANT_OF_APP, memory: CONSTANT_OF_SMALL_APP };
  return Object.entries(names).flatMap(([side, name]) =>
    visitors
      .filter((visitor) => visitor.name === side)
      .map((visitor) => {
        const request = { path: CONSTANT, headers: visitor.scene.app.headers };
        return sideOf(visitor.scene, name, [request], () => countsOf(visitor));
      }),
  );
}

/** Processor time of a read / that of a constant handler in the same process. */
export function processorPerConstant({ sides }: Pick<Comparison, 'sides'>): Figure[] {
  return Object.entries(CONSTANT_OF).flatMap(([name, constant]) => {
    const [read, limit] = [name, constant].map((wanted) => sides.find((side) => side.name === wanted));
    if (!read || !limit) return [];
    const value = processorMs(read) / processorMs(limit);
    const figure = `authenticated read, CPU / constant handler: ${name}`;
    return [{ figure, value, ...(name === 'module' && { atMost: MODULE_AT_MOST }) }];
  });
}

async function countsOf({ processorMs }: Visitor): Promise<Record<string, number>> {
  return { appCpuMs: await processorMs() };
}

function processorMs({ counts, requests }: SideFigures): number {
  return (counts['appCpuMs'] ?? NaN) / requests;
}
