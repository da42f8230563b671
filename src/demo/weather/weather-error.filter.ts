import { Catch } from '@nestjs/common';
import { InvalidInputError } from '../../common/index.js';
import { LookupProblemFilter } from '../lookup-problem.filter.js';
import { WeatherError, type WeatherErrorCode } from './weather.errors.js';

/** The status of each error of this module. */
@Catch(WeatherError, InvalidInputError)
export class WeatherErrorFilter extends LookupProblemFilter<WeatherErrorCode | InvalidInputError['code']> {
  protected readonly statuses = {
    E_AIRPORT_UNKNOWN: 404,
    E_INVALID: 422,
    E_WEATHER_UNAVAILABLE: 503,
  };
}
