import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import {
  type CacheDirective,
  type CachedAnswer,
  type CachedQuery,
  QueryCacheService,
} from '../../query-cache/index.js';
import { type Airport, FlightsRepository } from '../flights/flights.repository.js';
import { WeatherClient } from './weather.client.js';
import { WeatherError } from './weather.errors.js';
import type { Conditions } from './weather.model.js';

export interface Weather extends Conditions {
  airport: string;
  city: string | null;
}

/** Short, so that a visitor can watch an answer become stale. */
const TTL_SECONDS = 5;
/** While the service is down, weather from ten minutes ago is better than none. */
const STALE_SECONDS = 600;
/** Airports do not move. */
const PLACE_TTL_SECONDS = 24 * 60 * 60;
/** No airport is built within a minute. */
const NEGATIVE_TTL_SECONDS = 60;
/** Most requests of one node to the service at a time. While it hangs, only weather lookups wait. */
const CONCURRENT_LOADS = 20;
/** The query of the place, then the request to the service. */
const LOAD_TIMEOUT_SECONDS = 3;

/** Caches the answers of an external API like those of a query. */
@Injectable()
export class WeatherService {
  private readonly current: CachedQuery<{ airport: string }, Weather | null>;

  constructor(
    queries: QueryCacheService,
    private readonly flights: FlightsRepository,
    private readonly client: WeatherClient,
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
  ) {
    this.current = queries.define({
      name: 'weather.current',
      ttlSeconds: TTL_SECONDS,
      staleSeconds: STALE_SECONDS,
      negativeTtlSeconds: NEGATIVE_TTL_SECONDS,
      concurrentLoads: CONCURRENT_LOADS,
      loadTimeoutSeconds: LOAD_TIMEOUT_SECONDS,
      load: ({ airport }) => this.load(airport),
    });
  }

  /** @throws {WeatherError} E_AIRPORT_UNKNOWN, E_WEATHER_UNAVAILABLE if no answer is cached either; FlightError E_DATASET_MISSING */
  async at(airport: string, directive?: CacheDirective): Promise<CachedAnswer<Weather>> {
    const answer = await this.current.read({ airport }, directive);
    if (answer.ifPresent) return answer.ifPresent;
    throw new WeatherError('E_AIRPORT_UNKNOWN', `There is no airport "${airport}". Try JFK, LAX or ORD.`, {
      lookup: answer.lookup,
    });
  }

  private async load(airport: string): Promise<Weather | null> {
    const place = await this.placeOf(airport);
    if (!place) return null;
    return { airport, city: place.city, ...(await this.client.conditionsAt(place)) };
  }

  /** It needs a ttl and no invalidation, so `CACHE_MANAGER` is enough. */
  private placeOf(airport: string): Promise<Airport | null> {
    const ttlMs = (place: Airport | null) => (place ? PLACE_TTL_SECONDS : NEGATIVE_TTL_SECONDS) * 1000;
    return this.cache.wrap(`airport:${airport}`, () => this.flights.airport({ iata: airport }), ttlMs);
  }
}
