import type { Lookup } from '../../query-cache/index.js';

export type FlightErrorCode =
  'E_AIRPORT_UNKNOWN' | 'E_ROUTE_UNKNOWN' | 'E_FLIGHT_UNKNOWN' | 'E_DATASET_MISSING';

/** A question about flights that has no answer; the message says what to ask instead. */
export class FlightError extends Error {
  /** How the cache knows that there is nothing. */
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
