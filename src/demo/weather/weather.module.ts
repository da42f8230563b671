import { Module } from '@nestjs/common';
import { FlightsModule } from '../flights/flights.module.js';
import { WeatherClient } from './weather.client.js';
import { WeatherController } from './weather.controller.js';
import { WeatherService } from './weather.service.js';
import { WeatherUpstream } from './weather.upstream.js';

/** Caches an external API that is slow and sometimes unavailable. */
@Module({
  imports: [FlightsModule],
  controllers: [WeatherController],
  providers: [WeatherService, WeatherClient, WeatherUpstream],
})
export class WeatherModule {}
