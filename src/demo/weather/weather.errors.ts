import type { Lookup } from '../../query-cache/index.js';

export type WeatherErrorCode = 'E_AIRPORT_UNKNOWN' | 'E_WEATHER_UNAVAILABLE';

/** A question about the weather that has no answer, now or ever. */
export class WeatherError extends Error {
  /** How the cache knows that there is nothing. */
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
