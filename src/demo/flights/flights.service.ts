import { Injectable } from '@nestjs/common';
import {
  type CacheDirective,
  CachedAnswer,
  type CachedQuery,
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
  private readonly flightQuery: CachedQuery<{ id: number }, Flight | null>;

  constructor(
    private readonly flights: FlightsRepository,
    queries: QueryCacheService,
  ) {
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
    return present(await this.topRoutesQuery.read(args, directive)) ?? this.unknownAirport(args.origin);
  }

  async route(args: Route, directive?: CacheDirective): Promise<CachedAnswer<RouteSummary>> {
    return present(await this.routeQuery.read(args, directive)) ?? this.unknownRoute(args);
  }

  airportRanking(args: { limit: number }, directive?: CacheDirective): Promise<CachedAnswer<AirportRanking>> {
    return this.rankingQuery.read(args, directive);
  }

  async flight(args: { id: number }, directive?: CacheDirective): Promise<CachedAnswer<Flight>> {
    const answer = present(await this.flightQuery.read(args, directive));
    if (answer) return answer;
    throw new FlightError('E_FLIGHT_UNKNOWN', `There is no flight ${args.id}. They are numbered from 1.`);
  }

  private async unknownAirport(airport: string): Promise<never> {
    const similar = await this.flights.airportsLike(airport);
    const hint = similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : 'Try JFK, LAX or ORD.';
    throw new FlightError('E_AIRPORT_UNKNOWN', `No flights leave from "${airport}". ${hint}`);
  }

  private async unknownRoute({ origin, destination }: Route): Promise<never> {
    throw new FlightError(
      'E_ROUTE_UNKNOWN',
      `No flights go from "${origin}" to "${destination}". GET /api/flights/routes/${origin} lists where they go.`,
    );
  }
}

/** undefined where the cached answer is that there is nothing. */
function present<Value>({ value, lookup }: CachedAnswer<Value | null>): CachedAnswer<Value> | undefined {
  return value === null ? undefined : new CachedAnswer(value, lookup);
}
