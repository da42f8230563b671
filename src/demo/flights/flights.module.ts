import { Module } from '@nestjs/common';
import { FlightsController } from './flights.controller.js';
import { FlightsRepository } from './flights.repository.js';
import { FlightsService } from './flights.service.js';

/** Three million real flights: what the query cache is asked about. */
@Module({
  controllers: [FlightsController],
  providers: [FlightsRepository, FlightsService],
  exports: [FlightsRepository],
})
export class FlightsModule {}
