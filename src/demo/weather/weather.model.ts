import { createHash } from 'node:crypto';

export interface Place {
  latitude: number;
  longitude: number;
}

/** The weather of one place on one day. */
export interface Conditions {
  /** UTC, `2001-06-30`. */
  date: string;
  temperatureCelsius: number;
  windKph: number;
  sky: (typeof SKIES)[number];
}

const SKIES = ['clear', 'cloudy', 'rain', 'storm'] as const;
const MIDSUMMER = Date.UTC(1970, 6, 20);
const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;

/** Computes the weather from the place and the day, so that all nodes return the same. */
export function conditionsAt({ latitude, longitude }: Place, now: Date): Conditions {
  const date = now.toISOString().slice(0, 10);
  const [warmth = 0, wind = 0, sky = 0] = createHash('sha256')
    .update(`${latitude} ${longitude} ${date}`)
    .digest();
  // From 1 at midsummer to -1 half a year later; inverted on the southern hemisphere.
  const season = Math.cos((2 * Math.PI * (Date.parse(date) - MIDSUMMER)) / YEAR_MS) * Math.sign(latitude);
  const mean = 30 - 0.45 * Math.abs(latitude);
  const swing = 0.25 * Math.abs(latitude);
  return {
    date,
    temperatureCelsius: Math.round(mean + swing * season + (warmth / 255 - 0.5) * 8),
    windKph: Math.round((wind / 255) ** 2 * 60),
    sky: SKIES[Math.floor((sky / 256) * SKIES.length)] ?? 'clear',
  };
}
