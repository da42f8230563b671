import { Body, Controller, Get, Param, Post, Query, UsePipes } from '@nestjs/common';
import {
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { validationPipe } from '../../common/index.js';
import { Operators } from '../../http/index.js';
import { ControlHeaders, FastLane } from '../../query-cache/index.js';
import { SignedInOnly } from '../../sessions/index.js';
import {
  flightIdSchema,
  limitSchema,
  type NewFlight,
  newFlightSchema,
  originSchema,
  type Route,
  routeSchema,
} from './flights.schemas.js';
import { FlightsService } from './flights.service.js';
import {
  addedFlightAnswer,
  flightAnswer,
  rankingAnswer,
  routeAnswer,
  topRoutesAnswer,
} from './flights.answers.js';

/** Every answer has the headers of the cache: `Cache-Status`, `Server-Timing`, `Age`, `ETag`. */
@ApiTags('flights')
@ApiServiceUnavailableResponse({ description: 'E_DATABASE_UNAVAILABLE, E_DATASET_MISSING, E_LOAD_TIMED_OUT' })
@UsePipes(validationPipe)
@Controller('api/flights')
export class FlightsController {
  constructor(
    private readonly flights: FlightsService,
    private readonly operators: Operators,
  ) {}

  @Get('routes/:origin')
  @ApiOkResponse({ standardSchema: topRoutesAnswer })
  @ApiOperation({ summary: 'Busiest routes of an airport' })
  @ApiNotFoundResponse({ description: 'E_AIRPORT_UNKNOWN' })
  topRoutes(
    @Param({ schema: originSchema }) { origin }: { origin: string },
    @Query({ schema: limitSchema }) { limit }: { limit: number },
    @ControlHeaders() headers: IncomingHttpHeaders,
  ) {
    return this.flights.topRoutes({ origin, limit }, this.operators.cacheDirective(headers));
  }

  @Get('routes/:origin/:destination')
  @FastLane('flights.route')
  @ApiOkResponse({ standardSchema: routeAnswer })
  @ApiOperation({ summary: 'Delays of one route' })
  @ApiNotFoundResponse({ description: 'E_ROUTE_UNKNOWN' })
  route(@Param({ schema: routeSchema }) route: Route, @ControlHeaders() headers: IncomingHttpHeaders) {
    return this.flights.route(route, this.operators.cacheDirective(headers));
  }

  @Get('airports/ranking')
  @ApiOkResponse({ standardSchema: rankingAnswer })
  @ApiOperation({ summary: 'Airports by mean delay, worst first' })
  ranking(
    @Query({ schema: limitSchema }) { limit }: { limit: number },
    @ControlHeaders() headers: IncomingHttpHeaders,
  ) {
    return this.flights.airportRanking({ limit }, this.operators.cacheDirective(headers));
  }

  @Get(':id')
  @FastLane('flights.flight')
  @ApiOkResponse({ standardSchema: flightAnswer })
  @ApiOperation({ summary: 'One flight by primary key: where caching gains little' })
  @ApiNotFoundResponse({ description: 'E_FLIGHT_UNKNOWN' })
  flight(
    @Param({ schema: flightIdSchema }) { id }: { id: number },
    @ControlHeaders() headers: IncomingHttpHeaders,
  ) {
    return this.flights.flight({ id }, this.operators.cacheDirective(headers));
  }

  @Post()
  @SignedInOnly()
  @ApiCookieAuth('session')
  @ApiOperation({ summary: 'Add a flight and invalidate the affected answers' })
  @ApiCreatedResponse({ standardSchema: addedFlightAnswer })
  @ApiUnauthorizedResponse({ description: 'E_NO_SESSION' })
  add(@Body({ schema: newFlightSchema }) flight: NewFlight) {
    return this.flights.add(flight);
  }
}
