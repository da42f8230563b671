import { seededRandom } from '../../load/measuring/seeded-random.js';
import { zipf } from '../../load/measuring/zipf.js';

/** Reads of the query cache, the same on each side and in each run. */
export interface ReadMix {
  readonly name: string;
  /** Percent of the SQL statements that a cache can save at least, from empty. */
  readonly saves: number;
  /** After the root of the side. */
  readonly pathOf: (turn: number) => string;
}

const BUSY = ['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'MSP', 'LAS', 'DEN', 'SFO', 'JFK'];
/** As many as the database of the lab has. */
const FLIGHTS = 20_000;
const DRAWN = 4_096;
const SEED = 11;

/** From what a cache can keep best to what it cannot keep at all. */
export function readMixes(): ReadMix[] {
  return [
    { name: 'popular', saves: 90, pathOf: (turn) => topRoutes(turn) },
    {
      name: 'popular and rare',
      saves: 40,
      pathOf: drawn((random) => {
        const draw = zipf(FLIGHTS, random);
        return (turn) => (turn % 2 === 0 ? topRoutes(turn / 2) : flight(draw()));
      }),
    },
    // A prime number, so that no flight comes twice.
    { name: 'each answer once', saves: 0, pathOf: (turn) => flight((turn * 7_919) % FLIGHTS) },
  ];
}

/** Draws once, so that all sides get the same requests. */
function drawn(source: (random: () => number) => (turn: number) => string): (turn: number) => string {
  const pathOf = source(seededRandom(SEED));
  const paths = Array.from({ length: DRAWN }, (_, turn) => pathOf(turn));
  return (turn) => paths[turn % DRAWN] ?? '';
}

function topRoutes(turn: number): string {
  return `/flights/routes/${BUSY[turn % BUSY.length]}`;
}

function flight(index: number): string {
  return `/flights/${1 + index}`;
}
