import { z } from 'zod';

/** An airport in a path, in either case. */
export const airport = z
  .string()
  .regex(/^[A-Za-z0-9]{3}$/, 'must be an IATA code of three letters such as JFK')
  .toUpperCase()
  .meta({ example: 'JFK' });

/** Most entries of a list of routes or airports. */
export const LONGEST_LIST = 100;
const LIMIT_RULE = `must be a whole number from 1 to ${LONGEST_LIST}`;

const limit = z
  .string()
  .regex(/^\d{1,3}$/, LIMIT_RULE)
  .transform(Number)
  .refine((n) => n >= 1 && n <= LONGEST_LIST, LIMIT_RULE)
  .default(20);

export const originSchema = z.object({ origin: airport });
export const routeSchema = z.object({
  origin: airport,
  destination: airport.meta({ example: 'LAX' }),
});
export const limitSchema = z.object({ limit });
export const flightIdSchema = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be a flight number such as 1')
    .meta({ example: '1' })
    .transform(Number),
});

// A body is stored and returned unchanged, so only one spelling of each value is accepted.
const airportCode = z
  .string()
  .regex(/^[A-Z0-9]{3}$/, 'must be an IATA code of three capital letters such as JFK')
  .meta({ example: 'JFK' });

const DATE_RULE = 'must be a local time from the years 1 to 9999, to the second, such as 2001-06-30T12:05:00';
const localTime = z.iso
  .datetime({ local: true, precision: 0, error: DATE_RULE })
  .refine((date) => !date.endsWith('Z') && !date.startsWith('0000'), DATE_RULE);

const smallint = (what: string) =>
  z
    .number()
    .int(`must be whole ${what}`)
    .min(-32_768, 'must be at least -32768')
    .max(32_767, 'must be at most 32767');

export const newFlightSchema = z.strictObject({
  date: localTime.meta({ example: '2001-06-30T12:05:00' }),
  delay: smallint('minutes').meta({ example: 12 }),
  distance: smallint('miles').min(1, 'must be at least 1').meta({ example: 2475 }),
  origin: airportCode,
  destination: airportCode.meta({ example: 'LAX' }),
});

export type NewFlight = z.output<typeof newFlightSchema>;
export type Route = z.output<typeof routeSchema>;
