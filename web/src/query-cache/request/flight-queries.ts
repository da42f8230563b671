export type FlightQueryName = 'top-routes' | 'route' | 'ranking' | 'flight' | 'weather';

export interface FlightArguments {
  origin: string;
  destination: string;
  flightId: string;
}

export interface FlightQuery {
  label: string;
  /** The fields of the form that the query uses. */
  takes: (keyof FlightArguments)[];
  path: (args: FlightArguments) => string;
  /** What to expect, shown before the first measurement. */
  expect: string;
}

const routes = '/api/flights/routes';
const part = (text: string): string => encodeURIComponent(text.trim().toUpperCase());

export const flightQueries: Record<FlightQueryName, FlightQuery> = {
  'top-routes': {
    label: 'Busiest routes from an airport',
    takes: ['origin'],
    path: ({ origin }) => `${routes}/${part(origin)}?limit=20`,
    expect:
      'Groups every flight of one airport: hundreds of milliseconds in PostgreSQL, so the cache helps a lot.',
  },
  route: {
    label: 'Delays on one route',
    takes: ['origin', 'destination'],
    path: ({ origin, destination }) => `${routes}/${part(origin)}/${part(destination)}`,
    expect: 'Aggregates one route by index: tens of milliseconds, so the cache helps, but less.',
  },
  ranking: {
    label: 'Airports by mean delay',
    takes: [],
    path: () => '/api/flights/airports/ranking?limit=20',
    expect: 'Reads every flight: the most expensive query, where the cache helps most.',
  },
  flight: {
    label: 'One flight by its id',
    takes: ['flightId'],
    path: ({ flightId }) => `/api/flights/${part(flightId)}`,
    expect:
      'A primary-key lookup is fast without a cache, so the cache gains little here: expect a ratio near 1.',
  },
  weather: {
    label: 'Weather at an airport',
    takes: ['origin'],
    path: ({ origin }) => `/api/weather/${part(origin)}`,
    expect:
      'Requests a slow service over HTTP, some 300 ms: for 5 s its answer comes from memory, then stale while a new one is requested.',
  },
};

/** Suggestions: any airport may be entered. */
export const busyAirports = [
  ['ATL', 'Atlanta'],
  ['BOS', 'Boston'],
  ['DEN', 'Denver'],
  ['DFW', 'Dallas'],
  ['JFK', 'New York'],
  ['LAX', 'Los Angeles'],
  ['ORD', 'Chicago'],
  ['PHX', 'Phoenix'],
  ['SEA', 'Seattle'],
  ['SFO', 'San Francisco'],
] as const;
