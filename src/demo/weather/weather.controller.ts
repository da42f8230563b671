import { Controller, Get, Headers, Param, UsePipes } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { validationPipe } from '../../common/index.js';
import { Operators } from '../../http/index.js';
import { airport } from '../flights/flights.schemas.js';
import { WeatherService } from './weather.service.js';
import { weatherAnswer } from '../demo.answers.js';

const airportSchema = z.object({ airport });

@ApiTags('weather')
@UsePipes(validationPipe)
@Controller('api/weather')
export class WeatherController {
  constructor(
    private readonly weather: WeatherService,
    private readonly operators: Operators,
  ) {}

  @Get(':airport')
  @ApiOkResponse({ standardSchema: weatherAnswer })
  @ApiOperation({ summary: 'Weather at an airport, from a slow external service' })
  @ApiNotFoundResponse({ description: 'E_AIRPORT_UNKNOWN' })
  @ApiServiceUnavailableResponse({
    description: 'E_WEATHER_UNAVAILABLE, E_DATABASE_UNAVAILABLE, E_DATASET_MISSING',
  })
  at(
    @Param({ schema: airportSchema }) { airport }: { airport: string },
    @Headers() headers: IncomingHttpHeaders,
  ) {
    return this.weather.at(airport, this.operators.cacheDirective(headers));
  }
}
