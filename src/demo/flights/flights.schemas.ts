import { z } from 'zod';

export const airport = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine((code) => /^[A-Z0-9]{3}$/.test(code), 'must be an IATA code of three letters such as JFK');

const limit = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .refine((n) => n >= 1 && n <= 100, 'must be a whole number from 1 to 100')
  .default(20);

export const originSchema = z.object({ origin: airport });
export const routeSchema = z.object({ origin: airport, destination: airport });
export const limitSchema = z.object({ limit });
export const flightIdSchema = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be a flight number such as 1')
    .transform(Number),
});

const smallint = (what: string) =>
  z
    .number()
    .int(`must be whole ${what}`)
    .min(-32_768, 'must be at least -32768')
    .max(32_767, 'must be at most 32767');

export const newFlightSchema = z.strictObject({
  date: z.iso.datetime({
    local: true,
    offset: false,
    error: 'must be a local time such as 2001-06-30T12:05:00',
  }),
  delay: smallint('minutes'),
  distance: smallint('miles').min(1, 'must be at least 1'),
  origin: airport,
  destination: airport,
});

export type NewFlight = z.output<typeof newFlightSchema>;
export type Route = z.output<typeof routeSchema>;
