import { CacheInterceptor, CacheModule, CacheTTL } from '@nestjs/cache-manager';
import { Get, Param, Query, Req, UseInterceptors } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import type { Request } from 'express';
import {
  flightAnswer,
  rankingAnswer,
  routeAnswer,
  topRoutesAnswer,
} from '../demo/flights/flights.answers.js';
import { FlightError } from '../demo/flights/flights.errors.js';
import { FlightsRepository } from '../demo/flights/flights.repository.js';
import type { Route } from '../demo/flights/flights.schemas.js';
import { flightIdSchema, limitSchema, originSchema, routeSchema } from '../demo/flights/flights.schemas.js';
import { TextbookController } from './textbook-controller.decorator.js';
import { TextbookConnections } from './textbook.connections.js';

const TTL_MS = 60_000;

/** As the documentation of Nest and of cache-manager shows. */
export const textbookCache = CacheModule.registerAsync({
  inject: [TextbookConnections],
  useFactory: ({ clients, options }: TextbookConnections) => ({
    // Typed for an older node-redis; the commands are the same.
    stores: new KeyvAdapter(redisInsStore(clients.cache as never) as never),
    namespace: options.keyPrefix,
  }),
});

/** The four flight queries, each answer cached under its URL. */
@UseInterceptors(CacheInterceptor)
@CacheTTL(TTL_MS)
@TextbookController('textbook/flights', 'E_DATABASE_UNAVAILABLE')
export class TextbookFlightsController {
  constructor(private readonly flights: FlightsRepository) {}

  @Get('routes/:origin')
  @ApiOkResponse({ standardSchema: topRoutesAnswer })
  @ApiOperation({ summary: 'Busiest routes of an airport' })
  @ApiNotFoundResponse({ description: 'E_AIRPORT_UNKNOWN' })
  async topRoutes(
    @Param({ schema: originSchema }) { origin }: { origin: string },
    @Query({ schema: limitSchema }) { limit }: { limit: number },
  ) {
    return (await this.flights.topRoutes({ origin, limit })) ?? notFound('E_AIRPORT_UNKNOWN');
  }

  @Get('routes/:origin/:destination')
  @ApiOkResponse({ standardSchema: routeAnswer })
  @ApiOperation({ summary: 'Delays of one route' })
  @ApiNotFoundResponse({ description: 'E_ROUTE_UNKNOWN' })
  async route(@Param({ schema: routeSchema }) route: Route) {
    return (await this.flights.route(route)) ?? notFound('E_ROUTE_UNKNOWN');
  }

  @Get('airports/ranking')
  @ApiOkResponse({ standardSchema: rankingAnswer })
  @ApiOperation({ summary: 'Airports by mean delay, worst first' })
  ranking(@Query({ schema: limitSchema }) { limit }: { limit: number }) {
    return this.flights.airportRanking({ limit });
  }

  @Get('mine')
  @ApiOkResponse({ standardSchema: topRoutesAnswer })
  @ApiOperation({ summary: 'Busiest routes of the airport `home` in the data of the textbook session' })
  @ApiNotFoundResponse({ description: 'E_AIRPORT_UNKNOWN' })
  async mine(@Req() { session: { visitor } }: Request) {
    const origin = String(visitor?.data['home'] ?? 'JFK');
    return (await this.flights.topRoutes({ origin, limit: 20 })) ?? notFound('E_AIRPORT_UNKNOWN');
  }

  @Get(':id')
  @ApiOkResponse({ standardSchema: flightAnswer })
  @ApiOperation({ summary: 'One flight by primary key' })
  @ApiNotFoundResponse({ description: 'E_FLIGHT_UNKNOWN' })
  async flight(@Param({ schema: flightIdSchema }) { id }: { id: number }) {
    return (await this.flights.flight({ id })) ?? notFound('E_FLIGHT_UNKNOWN');
  }
}

function notFound(code: FlightError['code']): never {
  throw new FlightError(code, 'Nothing is found. GET /textbook/flights/routes/JFK lists some routes.');
}
