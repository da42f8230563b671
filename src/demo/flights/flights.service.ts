import { Injectable } from '@nestjs/common';
import {
  type CacheDirective,
  type CachedAnswer,
  type CachedQuery,
  type Lookup,
  QueryCacheService,
} from '../../query-cache/index.js';
import { FlightError } from './flights.errors.js';
import {
  type AirportRanking,
  type Flight,
  FlightsRepository,
  type RouteSummary,
  type TopRoutes,
} from './flights.repository.js';
import type { NewFlight, Route } from './flights.schemas.js';

const TTL_SECONDS = 60;
/** An answer past its time is better than waiting for a query of half a second. */
const STALE_SECONDS = 30;
/** That there is nothing may change with the next flight that is added. */
const NEGATIVE_TTL_SECONDS = 10;
/** The ranking depends on every flight. */
const ANY_AIRPORT = 'airport:any';

/** The four questions about flights, each a cached query. */
@Injectable()
export class FlightsService {
  private readonly topRoutesQuery: CachedQuery<{ origin: string; limit: number }, TopRoutes | null>;
  private readonly routeQuery: CachedQuery<Route, RouteSummary | null>;
  private readonly rankingQuery: CachedQuery<{ limit: number }, AirportRanking>;
  private readonly similarAirportsQuery: CachedQuery<{ airport: string }, string[]>;
  private readonly flightQuery: CachedQuery<{ id: number }, Flight | null>;

  constructor(
    private readonly flights: FlightsRepository,
    private readonly queries: QueryCacheService,
  ) {
    const times = {
      ttlSeconds: TTL_SECONDS,
      staleSeconds: STALE_SECONDS,
      negativeTtlSeconds: NEGATIVE_TTL_SECONDS,
    };
    this.topRoutesQuery = queries.define({
      name: 'flights.top-routes',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: ({ origin }) => [tagOf(origin)],
      load: (args) => flights.topRoutes(args),
    });
    this.routeQuery = queries.define({
      name: 'flights.route',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: ({ origin, destination }) => [tagOf(origin), tagOf(destination)],
      load: (args) => flights.route(args),
    });
    this.rankingQuery = queries.define({
      name: 'flights.airport-ranking',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: () => [ANY_AIRPORT],
      load: (args) => flights.airportRanking(args),
    });
    this.similarAirportsQuery = queries.define({
      name: 'flights.similar-airports',
      sqlLabel: 'SELECT airports',
      ...times,
      load: ({ airport }) => flights.airportsLike(airport),
    });
    this.flightQuery = queries.define({
      name: 'flights.flight',
      sqlLabel: 'SELECT flights',
      ...times,
      load: (args) => flights.flight(args),
    });
  }

  async topRoutes(
    args: { origin: string; limit: number },
    directive?: CacheDirective,
  ): Promise<CachedAnswer<TopRoutes>> {
    const answer = await this.topRoutesQuery.read(args, directive);
    return answer.ifPresent ?? this.unknownAirport(args.origin, answer.lookup);
  }

  async route(args: Route, directive?: CacheDirective): Promise<CachedAnswer<RouteSummary>> {
    const answer = await this.routeQuery.read(args, directive);
    return answer.ifPresent ?? unknownRoute(args, answer.lookup);
  }

  airportRanking(args: { limit: number }, directive?: CacheDirective): Promise<CachedAnswer<AirportRanking>> {
    return this.rankingQuery.read(args, directive);
  }

  async flight(args: { id: number }, directive?: CacheDirective): Promise<CachedAnswer<Flight>> {
    const answer = await this.flightQuery.read(args, directive);
    return answer.ifPresent ?? unknownFlight(args, answer.lookup);
  }

  /**
   * Adds a flight. Afterwards neither this node nor the engine serves an answer that it made wrong.
   *
   * @throws {FlightError} E_DATASET_MISSING
   */
  async add(flight: NewFlight): Promise<Flight> {
    const added = await this.flights.add(flight);
    // If the engine is away, the cache keeps the invalidation until it is back: the flight is there either way.
    await Promise.all([
      this.queries.invalidateTags([ANY_AIRPORT, tagOf(flight.origin), tagOf(flight.destination)]),
      this.flightQuery.invalidate({ id: added.id }),
    ]);
    return added;
  }

  private async unknownAirport(airport: string, lookup: Lookup): Promise<never> {
    // The hint is a courtesy: without it the answer is still that there is no such airport.
    const similar = await this.similarAirportsQuery.get({ airport }).catch((): string[] => []);
    const hint = similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : 'Try JFK, LAX or ORD.';
    throw new FlightError('E_AIRPORT_UNKNOWN', `No flights leave from "${airport}". ${hint}`, { lookup });
  }
}

/** Everything that a flight to or from this airport changes. */
function tagOf(airport: string): string {
  return `airport:${airport}`;
}

function unknownRoute({ origin, destination }: Route, lookup: Lookup): never {
  throw new FlightError(
    'E_ROUTE_UNKNOWN',
    `No flights go from "${origin}" to "${destination}". GET /api/flights/routes/${origin} lists where they go.`,
    { lookup },
  );
}

function unknownFlight({ id }: { id: number }, lookup: Lookup): never {
  throw new FlightError('E_FLIGHT_UNKNOWN', `There is no flight ${id}. They are numbered from 1.`, {
    lookup,
  });
}
