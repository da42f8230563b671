import { z } from 'zod';
import type { AirportRanking, Flight, RouteSummary, TopRoutes } from './flights.repository.js';
import type { AddedFlight } from './flights.service.js';

const minutes = z.number().meta({ description: 'Minutes; negative is early' });

/** The answers of the routes, for OpenAPI. */
export const topRoutesAnswer = z.object({
  origin: z.string(),
  routes: z.array(
    z.object({ destination: z.string(), flights: z.int(), meanDelay: minutes, p95Delay: minutes }),
  ),
}) satisfies z.ZodType<TopRoutes>;
export const routeAnswer = z.object({
  origin: z.string(),
  destination: z.string(),
  flights: z.int(),
  meanDelay: minutes,
  medianDelay: minutes,
  p95Delay: minutes,
  meanDistance: z.number().meta({ description: 'Miles' }),
}) satisfies z.ZodType<RouteSummary>;
export const rankingAnswer = z.object({
  airports: z.array(z.object({ airport: z.string(), flights: z.int(), meanDelay: minutes })),
}) satisfies z.ZodType<AirportRanking>;
export const flightAnswer = z.object({
  id: z.int(),
  date: z.string(),
  delay: minutes,
  distance: z.int(),
  origin: z.string(),
  destination: z.string(),
}) satisfies z.ZodType<Flight>;
export const addedFlightAnswer = flightAnswer.extend({
  invalidated: z.boolean().meta({
    description: 'false while the engine is down: other nodes may serve old answers for up to 90 s',
  }),
}) satisfies z.ZodType<AddedFlight>;
