import { Module } from '@nestjs/common';
import { FlightsController } from './flights.controller.js';
import { FlightsRepository } from './flights.repository.js';
import { FlightsService } from './flights.service.js';

/** Queries of three million real flights, answered through the query cache. */
@Module({
  controllers: [FlightsController],
  providers: [FlightsRepository, FlightsService],
  exports: [FlightsRepository],
})
export class FlightsModule {}
