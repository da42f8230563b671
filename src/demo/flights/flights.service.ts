import { Injectable } from '@nestjs/common';
import {
  type CacheDirective,
  CachedAnswer,
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
import type { Route } from './flights.schemas.js';

const TTL_SECONDS = 60;

/** The four questions about flights, each a cached query. */
@Injectable()
export class FlightsService {
  private readonly topRoutesQuery: CachedQuery<{ origin: string; limit: number }, TopRoutes | null>;
  private readonly routeQuery: CachedQuery<Route, RouteSummary | null>;
  private readonly rankingQuery: CachedQuery<{ limit: number }, AirportRanking>;
  private readonly similarAirportsQuery: CachedQuery<{ airport: string }, string[]>;
  private readonly flightQuery: CachedQuery<{ id: number }, Flight | null>;

  constructor(flights: FlightsRepository, queries: QueryCacheService) {
    const ttlSeconds = TTL_SECONDS;
    this.topRoutesQuery = queries.define({
      name: 'flights.top-routes',
      ttlSeconds,
      load: (args) => flights.topRoutes(args),
    });
    this.routeQuery = queries.define({
      name: 'flights.route',
      ttlSeconds,
      load: (args) => flights.route(args),
    });
    this.rankingQuery = queries.define({
      name: 'flights.airport-ranking',
      ttlSeconds,
      load: (args) => flights.airportRanking(args),
    });
    this.similarAirportsQuery = queries.define({
      name: 'flights.similar-airports',
      ttlSeconds,
      load: ({ airport }) => flights.airportsLike(airport),
    });
    this.flightQuery = queries.define({
      name: 'flights.flight',
      ttlSeconds,
      load: (args) => flights.flight(args),
    });
  }

  async topRoutes(
    args: { origin: string; limit: number },
    directive?: CacheDirective,
  ): Promise<CachedAnswer<TopRoutes>> {
    const answer = await this.topRoutesQuery.read(args, directive);
    return present(answer) ?? this.unknownAirport(args.origin, answer.lookup);
  }

  async route(args: Route, directive?: CacheDirective): Promise<CachedAnswer<RouteSummary>> {
    const answer = await this.routeQuery.read(args, directive);
    return present(answer) ?? unknownRoute(args, answer.lookup);
  }

  airportRanking(args: { limit: number }, directive?: CacheDirective): Promise<CachedAnswer<AirportRanking>> {
    return this.rankingQuery.read(args, directive);
  }

  async flight(args: { id: number }, directive?: CacheDirective): Promise<CachedAnswer<Flight>> {
    const answer = await this.flightQuery.read(args, directive);
    return present(answer) ?? unknownFlight(args, answer.lookup);
  }

  private async unknownAirport(airport: string, lookup: Lookup): Promise<never> {
    // The hint is a courtesy: without it the answer is still that there is no such airport.
    const similar = await this.similarAirportsQuery.get({ airport }).catch((): string[] => []);
    const hint = similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : 'Try JFK, LAX or ORD.';
    throw new FlightError('E_AIRPORT_UNKNOWN', `No flights leave from "${airport}". ${hint}`, { lookup });
  }
}

/** undefined where the cached answer is that there is nothing. */
function present<Value>({ value, lookup }: CachedAnswer<Value | null>): CachedAnswer<Value> | undefined {
  return value === null ? undefined : new CachedAnswer(value, lookup);
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
