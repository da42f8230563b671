import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FlightsModule } from '../flights/flights.module.js';
import { WeatherClient } from './weather.client.js';
import { WeatherController } from './weather.controller.js';
import { WeatherErrorFilter } from './weather-error.filter.js';
import { WeatherService } from './weather.service.js';
import { WeatherUpstream } from './weather.upstream.js';

/** Caches an external API that is slow and sometimes unavailable. */
@Module({
  imports: [FlightsModule],
  controllers: [WeatherController],
  providers: [
    { provide: APP_FILTER, useClass: WeatherErrorFilter },
    WeatherService,
    WeatherClient,
    WeatherUpstream,
  ],
})
export class WeatherModule {}
