import { Catch } from '@nestjs/common';
import { InvalidInputError } from '../../common/index.js';
import { LookupProblemFilter } from '../lookup-problem.filter.js';
import { FlightError, type FlightErrorCode } from './flights.errors.js';

/** The status of each error of this module. */
@Catch(FlightError, InvalidInputError)
export class FlightErrorFilter extends LookupProblemFilter<FlightErrorCode | InvalidInputError['code']> {
  protected readonly statuses = {
    E_AIRPORT_UNKNOWN: 404,
    E_FLIGHT_UNKNOWN: 404,
    E_ROUTE_UNKNOWN: 404,
    E_INVALID: 422,
    E_DATASET_MISSING: 503,
  };
}
