import { Module } from '@nestjs/common';
import { FlightsModule } from '../flights/flights.module.js';
import { WeatherClient } from './weather.client.js';
import { WeatherController } from './weather.controller.js';
import { WeatherService } from './weather.service.js';
import { WeatherUpstream } from './weather.upstream.js';

/** What a cache does for an API of somebody else: slow, and not always there. */
@Module({
  imports: [FlightsModule],
  controllers: [WeatherController],
  providers: [WeatherService, WeatherClient, WeatherUpstream],
})
export class WeatherModule {}
