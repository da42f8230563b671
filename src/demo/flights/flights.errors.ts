import type { Lookup } from '../../query-cache/index.js';

export type FlightErrorCode =
  'E_AIRPORT_UNKNOWN' | 'E_ROUTE_UNKNOWN' | 'E_FLIGHT_UNKNOWN' | 'E_DATASET_MISSING';

/** A request about flights that has no answer. The message says what to request instead. */
export class FlightError extends Error {
  /** The lookup that found nothing, for the headers of the cache. */
  readonly lookup: Lookup | undefined;

  constructor(
    readonly code: FlightErrorCode,
    message: string,
    { lookup, ...options }: ErrorOptions & { lookup?: Lookup } = {},
  ) {
    super(message, options);
    this.name = 'FlightError';
    this.lookup = lookup;
  }
}
