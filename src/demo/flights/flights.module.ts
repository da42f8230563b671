import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FlightChangesListener } from './changes/flight-changes.listener.js';
import { FlightErrorFilter } from './flight-error.filter.js';
import { FlightsController } from './flights.controller.js';
import { FlightsRepository } from './flights.repository.js';
import { FlightsService } from './flights.service.js';

/** Queries of three million real flights, answered through the query cache. */
@Module({
  controllers: [FlightsController],
  providers: [
    { provide: APP_FILTER, useClass: FlightErrorFilter },
    FlightsRepository,
    FlightsService,
    FlightChangesListener,
  ],
  exports: [FlightsRepository],
})
export class FlightsModule {}
