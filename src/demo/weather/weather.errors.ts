import type { Lookup } from '../../query-cache/index.js';

export type WeatherErrorCode = 'E_AIRPORT_UNKNOWN' | 'E_WEATHER_UNAVAILABLE';

/** A request for weather that has no answer: the airport does not exist, or the service is unavailable. */
export class WeatherError extends Error {
  /** The lookup that found nothing, for the headers of the cache. */
  readonly lookup: Lookup | undefined;

  constructor(
    readonly code: WeatherErrorCode,
    message: string,
    { lookup, ...options }: ErrorOptions & { lookup?: Lookup } = {},
  ) {
    super(message, options);
    this.name = 'WeatherError';
    this.lookup = lookup;
  }
}
