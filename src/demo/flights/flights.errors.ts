export type FlightErrorCode =
  'E_AIRPORT_UNKNOWN' | 'E_ROUTE_UNKNOWN' | 'E_FLIGHT_UNKNOWN' | 'E_DATASET_MISSING';

/** A question about flights that has no answer; the message says what to ask instead. */
export class FlightError extends Error {
  constructor(
    readonly code: FlightErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'FlightError';
  }
}
