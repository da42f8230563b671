import type { AppClient } from '../app/app-client.js';
import { seededRandom } from '../measuring/seeded-random.js';

/** One of the app's cached queries, and the paths that both sides request in this order. */
export interface FlightQuery {
  title: string;
  route: string;
  paths: string[];
}

export interface Route {
  origin: string;
  destination: string;
}

interface Flight extends Route {
  id: number;
}

const seed = 2001;
const flights = '/api/flights';
const ranking = `${flights}/airports/ranking?limit=20`;
const topRoutes = (origin: string) => `${flights}/routes/${origin}?limit=20`;
const oneRoute = (origin: string, destination: string) => `${flights}/routes/${origin}/${destination}`;
const oneFlight = (id: number | string) => `${flights}/${id}`;

// `no-store`: drawing flights must not change the cache, not even by entries for flights that do not exist.
const aroundTheCache = { 'cache-control': 'no-store' };

/**
 * Draws flights of the data set and requests them, their routes and their airports. An airport or route is drawn in
 * proportion to its flights. The same data set gives the same draw. The database needs 0.1 s for each airport.
 */
export async function drawFlightQueries(app: AppClient, rows: number, airports = 20): Promise<FlightQuery[]> {
  if (rows === 0) throw new Error('The app has no flights. Start it with npm start, which loads them.');
  const drawn = await drawFlights(app, rows);

  return [
    { title: 'ranking of all airports', route: ranking, paths: [ranking] },
    {
      title: 'top routes of one airport',
      route: topRoutes(':origin'),
      paths: drawn.slice(0, airports).map(({ origin }) => topRoutes(origin)),
    },
    {
      title: 'one route',
      route: oneRoute(':origin', ':destination'),
      paths: drawn.slice(0, 50).map(({ origin, destination }) => oneRoute(origin, destination)),
    },
    {
      title: 'one flight by primary key',
      route: oneFlight(':id'),
      paths: drawn.map(({ id }) => oneFlight(id)),
    },
  ];
}

/** The highest flight id. It equals the number of rows, because ids start at 1 and have no gaps. */
export async function countFlights(app: AppClient): Promise<number> {
  const exists = async (id: number) => (await app.find(oneFlight(id), aroundTheCache)) !== null;
  let present = 0;
  let absent = 2 ** 29;
  while (absent - present > 1) {
    const middle = Math.floor((present + absent) / 2);
    if (await exists(middle)) present = middle;
    else absent = middle;
  }
  return present;
}

/** Distinct routes, drawn in proportion to their flights. */
export async function drawRoutes(app: AppClient, rows: number): Promise<Route[]> {
  const drawn = await drawFlights(app, rows);
  const distinct = new Map(
    drawn.map(({ origin, destination }) => [`${origin} ${destination}`, { origin, destination }]),
  );
  return [...distinct.values()].slice(0, 100);
}

export function routePath({ origin, destination }: Route): string {
  return oneRoute(origin, destination);
}

function drawFlights(app: AppClient, rows: number): Promise<Flight[]> {
  const random = seededRandom(seed);
  const ids = Array.from({ length: 200 }, () => 1 + Math.floor(random() * rows));
  return Promise.all(ids.map((id) => app.get<Flight>(oneFlight(id), aroundTheCache)));
}
