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
import { LONGEST_LIST, type NewFlight, type Route } from './flights.schemas.js';

const TTL_SECONDS = 60;
/** A stale answer is better than waiting for a query of half a second. */
const STALE_SECONDS = 30;
/** The next flight that is added may change the answer null. */
const NEGATIVE_TTL_SECONDS = 10;
/** Several times the slowest query. After this an error is better than waiting longer. */
const LOAD_TIMEOUT_SECONDS = 3;
/** The hint that names similar airports is optional: it must not delay the 404 much. */
const HINT_TIMEOUT_SECONDS = 1;
/** The ranking depends on every flight. */
const ANY_AIRPORT = 'airport:any';

export interface AddedFlight extends Flight {
  /** Whether the cache's engine has confirmed that answers without this flight are invalid. */
  invalidated: boolean;
}

/** The queries of flights, each cached. Lists are cached with all their entries and cut, so that another `limit` needs no query. */
@Injectable()
export class FlightsService {
  /** Whether this process is notified of what other clients of the database change. */
  followsChanges = true;
  private readonly topRoutesQuery: CachedQuery<{ origin: string }, TopRoutes | null>;
  private readonly routeQuery: CachedQuery<Route, RouteSummary | null>;
  private readonly rankingQuery: CachedQuery<Record<string, never>, AirportRanking>;
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
      loadTimeoutSeconds: LOAD_TIMEOUT_SECONDS,
      followsChanges: () => this.followsChanges,
    };
    this.topRoutesQuery = queries.define({
      name: 'flights.top-routes',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: ({ origin }) => [tagOf(origin)],
      load: ({ origin }, signal) => flights.topRoutes({ origin, limit: LONGEST_LIST }, signal),
    });
    this.routeQuery = queries.define({
      name: 'flights.route',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: ({ origin, destination }) => [tagOf(origin), tagOf(destination)],
      load: (args, signal) => flights.route(args, signal),
    });
    this.rankingQuery = queries.define({
      name: 'flights.airport-ranking',
      sqlLabel: 'SELECT flights',
      ...times,
      tags: () => [ANY_AIRPORT],
      load: (_, signal) => flights.airportRanking({ limit: LONGEST_LIST }, signal),
    });
    this.similarAirportsQuery = queries.define({
      name: 'flights.similar-airports',
      sqlLabel: 'SELECT airports',
      ...times,
      loadTimeoutSeconds: HINT_TIMEOUT_SECONDS,
      load: ({ airport }, signal) => flights.airportsLike(airport, signal),
    });
    this.flightQuery = queries.define({
      name: 'flights.flight',
      sqlLabel: 'SELECT flights',
      ...times,
      load: (args, signal) => flights.flight(args, signal),
    });
  }

  async topRoutes(
    { origin, limit }: { origin: string; limit: number },
    directive?: CacheDirective,
  ): Promise<CachedAnswer<TopRoutes>> {
    const answer = await this.topRoutesQuery.read({ origin }, directive);
    const found = answer.ifPresent ?? (await this.unknownAirport(origin, answer.lookup));
    return found.map(({ routes }) => ({ origin, routes: routes.slice(0, limit) }));
  }

  async route(args: Route, directive?: CacheDirective): Promise<CachedAnswer<RouteSummary>> {
    const answer = await this.routeQuery.read(args, directive);
    return answer.ifPresent ?? unknownRoute(args, answer.lookup);
  }

  async airportRanking(
    { limit }: { limit: number },
    directive?: CacheDirective,
  ): Promise<CachedAnswer<AirportRanking>> {
    const answer = await this.rankingQuery.read({}, directive);
    return answer.map(({ airports }) => ({ airports: airports.slice(0, limit) }));
  }

  async flight(args: { id: number }, directive?: CacheDirective): Promise<CachedAnswer<Flight>> {
    const answer = await this.flightQuery.read(args, directive);
    return answer.ifPresent ?? unknownFlight(args, answer.lookup);
  }

  /**
   * Adds a flight and invalidates the affected answers: at once on this node and in the engine, on other nodes within a second.
   * `invalidated: false` means that the engine has not confirmed it yet: other nodes may serve old answers until it has, for at most
   * {@link TTL_SECONDS} and {@link STALE_SECONDS}.
   *
   * @throws {FlightError} E_DATASET_MISSING
   */
  async add(flight: NewFlight): Promise<AddedFlight> {
    const added = await this.flights.add(flight);
    // The flight is added even if the engine is down: the cache keeps the invalidation and retries it.
    const invalidated = await this.invalidateChanged([
      `flight:${added.id}`,
      tagOf(flight.origin),
      tagOf(flight.destination),
    ]);
    return { ...added, invalidated };
  }

  /** Invalidates the answers that depend on these flights and airports, for example `flight:1` and `airport:JFK`. Returns as {@link add}. */
  async invalidateChanged(changes: readonly string[]): Promise<boolean> {
    const ids = changes.flatMap((change) => /^flight:(\d+)$/.exec(change)?.[1] ?? []);
    const confirmed = await Promise.all([
      this.queries.invalidateTags([
        ANY_AIRPORT,
        ...changes.filter((change) => change.startsWith('airport:')),
      ]),
      ...ids.map((id) => this.flightQuery.invalidate({ id: Number(id) })),
    ]);
    return confirmed.every(Boolean);
  }

  /** Invalidates all answers about flights. */
  async invalidateAll(): Promise<void> {
    const queries = [
      this.topRoutesQuery,
      this.routeQuery,
      this.rankingQuery,
      this.similarAirportsQuery,
      this.flightQuery,
    ];
    await Promise.all(queries.map(({ name }) => this.queries.invalidateQuery(name)));
  }

  private async unknownAirport(airport: string, lookup: Lookup): Promise<never> {
    // Without the hint the answer is still 404.
    const similar = await this.similarAirportsQuery.get({ airport }).catch((): string[] => []);
    const hint = similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : 'Try JFK, LAX or ORD.';
    throw new FlightError('E_AIRPORT_UNKNOWN', `No flights leave from "${airport}". ${hint}`, { lookup });
  }
}

/** Of all answers that a flight to or from this airport changes. */
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
  throw new FlightError('E_FLIGHT_UNKNOWN', `There is no flight ${id}. Ids start at 1.`, {
    lookup,
  });
}
