import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { WeatherError } from './weather.errors.js';
import type { Conditions, Place } from './weather.model.js';
import { WeatherUpstream } from './weather.upstream.js';

/** More than three times its usual response time. */
const TIMEOUT_MS = 1_000;

const conditionsSchema = z.object({
  date: z.iso.date(),
  temperatureCelsius: z.number(),
  windKph: z.number(),
  sky: z.enum(['clear', 'cloudy', 'rain', 'storm']),
});

/** HTTP client of the weather service. */
@Injectable()
export class WeatherClient {
  constructor(private readonly upstream: WeatherUpstream) {}

  /** @throws {WeatherError} E_WEATHER_UNAVAILABLE */
  async conditionsAt({ latitude, longitude }: Place): Promise<Conditions> {
    const url = new URL('/conditions', this.upstream.url);
    url.search = new URLSearchParams({
      latitude: String(latitude),
      longitude: String(longitude),
    }).toString();
    try {
      // The timeout includes reading the body.
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`It answered ${response.status}.`);
      return conditionsSchema.parse(await response.json());
    } catch (cause) {
      throw new WeatherError(
        'E_WEATHER_UNAVAILABLE',
        'The weather service failed or returned an unexpected answer. Try again in a moment.',
        { cause },
      );
    }
  }
}
