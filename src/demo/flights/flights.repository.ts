import { Injectable } from '@nestjs/common';
import { Database, MissingTableError } from '../../database/index.js';
import { FlightError } from './flights.errors.js';
import type { NewFlight, Route } from './flights.schemas.js';

export interface Flight {
  id: number;
  date: string;
  /** Minutes of delay at arrival; negative is early. */
  delay: number;
  /** Miles. */
  distance: number;
  origin: string;
  destination: string;
}

export interface Airport {
  city: string | null;
  latitude: number;
  longitude: number;
}

export interface TopRoutes {
  origin: string;
  routes: { destination: string; flights: number; meanDelay: number; p95Delay: number }[];
}

export interface RouteSummary extends Route {
  flights: number;
  meanDelay: number;
  medianDelay: number;
  p95Delay: number;
  meanDistance: number;
}

export interface AirportRanking {
  airports: { airport: string; flights: number; meanDelay: number }[];
}

const FEWEST_FLIGHTS_TO_RANK = 1_000;
const COLUMNS = `id, to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS') AS date, delay, distance, origin, destination`;

/** SQL queries of flights. Null means that there is no such airport, route or flight. A signal cancels the statement. */
@Injectable()
export class FlightsRepository {
  constructor(private readonly database: Database) {}

  async topRoutes(
    { origin, limit }: { origin: string; limit: number },
    signal?: AbortSignal,
  ): Promise<TopRoutes | null> {
    const routes = await this.query<TopRoutes['routes'][number]>(
      `SELECT destination, count(*)::int AS flights, round(avg(delay), 2)::float8 AS "meanDelay",
              percentile_disc(0.95) WITHIN GROUP (ORDER BY delay)::int AS "p95Delay"
       FROM flights WHERE origin = $1
       GROUP BY destination ORDER BY flights DESC, destination LIMIT $2`,
      [origin, limit],
      signal,
    );
    return routes.length > 0 ? { origin, routes } : null;
  }

  async route({ origin, destination }: Route, signal?: AbortSignal): Promise<RouteSummary | null> {
    const [summary] = await this.query<Omit<RouteSummary, keyof Route>>(
      `SELECT count(*)::int AS flights, round(avg(delay), 2)::float8 AS "meanDelay",
              percentile_disc(0.5) WITHIN GROUP (ORDER BY delay)::int AS "medianDelay",
              percentile_disc(0.95) WITHIN GROUP (ORDER BY delay)::int AS "p95Delay",
              round(avg(distance), 2)::float8 AS "meanDistance"
       FROM flights WHERE origin = $1 AND destination = $2`,
      [origin, destination],
      signal,
    );
    return summary && summary.flights > 0 ? { origin, destination, ...summary } : null;
  }

  async airportRanking({ limit }: { limit: number }, signal?: AbortSignal): Promise<AirportRanking> {
    const airports = await this.query<AirportRanking['airports'][number]>(
      `SELECT origin AS airport, count(*)::int AS flights, round(avg(delay), 2)::float8 AS "meanDelay"
       FROM flights GROUP BY origin HAVING count(*) >= $2
       ORDER BY avg(delay) DESC, origin LIMIT $1`,
      [limit, FEWEST_FLIGHTS_TO_RANK],
      signal,
    );
    return { airports };
  }

  async flight({ id }: { id: number }, signal?: AbortSignal): Promise<Flight | null> {
    const [flight] = await this.query<Flight>(`SELECT ${COLUMNS} FROM flights WHERE id = $1`, [id], signal);
    return flight ?? null;
  }

  async add({ date, delay, distance, origin, destination }: NewFlight): Promise<Flight> {
    const [flight] = await this.query<Flight>(
      `INSERT INTO flights (date, delay, distance, origin, destination) VALUES ($1, $2, $3, $4, $5)
       RETURNING ${COLUMNS}`,
      [date, delay, distance, origin, destination],
    );
    if (!flight) throw new Error('PostgreSQL returned no row for the flight that it inserted.');
    return flight;
  }

  async airport({ iata }: { iata: string }, signal?: AbortSignal): Promise<Airport | null> {
    const [airport] = await this.query<Airport>(
      'SELECT city, latitude, longitude FROM airports WHERE iata = $1',
      [iata],
      signal,
    );
    return airport ?? null;
  }

  /** Airports with a similar code, or with a city that begins with it. */
  async airportsLike(code: string, signal?: AbortSignal): Promise<string[]> {
    const rows = await this.query<{ iata: string }>(
      `SELECT iata FROM airports
       WHERE iata LIKE $1 OR iata LIKE $2 OR upper(city) LIKE $3 ORDER BY iata LIMIT 5`,
      [`${code.slice(0, 2)}%`, `%${code.slice(1)}`, `${code}%`],
      signal,
    );
    return rows.map(({ iata }) => iata);
  }

  /** @throws {FlightError} E_DATASET_MISSING; DatabaseUnavailableError */
  private async query<Row extends object>(
    sql: string,
    values: unknown[],
    signal?: AbortSignal,
  ): Promise<Row[]> {
    try {
      return await this.database.query<Row>(sql, values, signal);
    } catch (error) {
      if (!(error instanceof MissingTableError)) throw error;
      throw new FlightError(
        'E_DATASET_MISSING',
        'The flights are not loaded. Load them with npm run data -- --database URL; npm start does it automatically.',
        {
          cause: error,
        },
      );
    }
  }
}
