import { Body, Controller, Get, Param, Post, Query, UsePipes } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiParam,
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

/** Every answer has the headers of the cache: `Cache-Status`, `Server-Timing`, `Age`, `ETag`. */
@ApiTags('flights')
@UsePipes(validationPipe)
@Controller('api/flights')
export class FlightsController {
  constructor(
    private readonly flights: FlightsService,
    private readonly operators: Operators,
  ) {}

  @Get('routes/:origin')
  @ApiParam({ name: 'origin', example: 'JFK' })
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
  @ApiParam({ name: 'origin', example: 'JFK' })
  @ApiParam({ name: 'destination', example: 'LAX' })
  @ApiOperation({ summary: 'Delays of one route' })
  @ApiNotFoundResponse({ description: 'E_ROUTE_UNKNOWN' })
  route(@Param({ schema: routeSchema }) route: Route, @ControlHeaders() headers: IncomingHttpHeaders) {
    return this.flights.route(route, this.operators.cacheDirective(headers));
  }

  @Get('airports/ranking')
  @ApiOperation({ summary: 'Airports by mean delay, worst first' })
  ranking(
    @Query({ schema: limitSchema }) { limit }: { limit: number },
    @ControlHeaders() headers: IncomingHttpHeaders,
  ) {
    return this.flights.airportRanking({ limit }, this.operators.cacheDirective(headers));
  }

  @Get(':id')
  @FastLane('flights.flight')
  @ApiParam({ name: 'id', example: 1 })
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
  @ApiOperation({ summary: 'Add a flight and invalidate the affected answers' })
  @ApiCreatedResponse({
    description:
      '`invalidated: false` means that the engine is down: other nodes may serve old answers for up to 90 s.',
  })
  @ApiUnauthorizedResponse({ description: 'E_NO_SESSION' })
  add(@Body({ schema: newFlightSchema }) flight: NewFlight) {
    return this.flights.add(flight);
  }
}
