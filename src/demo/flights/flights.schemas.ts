import { z } from 'zod';

const airport = z
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

export type Route = z.output<typeof routeSchema>;
