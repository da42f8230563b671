import { z } from 'zod';
import { airport, flightIdSchema } from '../../flights/flights.schemas.js';

/** What all requests of a burst ask: a question about flights. */
const questionSchema = z.discriminatedUnion('query', [
  z.strictObject({ query: z.literal('top-routes'), origin: airport }),
  z.strictObject({ query: z.literal('route'), origin: airport, destination: airport }),
  z.strictObject({ query: z.literal('ranking') }),
  z.strictObject({ query: z.literal('flight'), flightId: flightIdSchema.shape.id }),
]);

export const burstSchema = z.strictObject({
  side: z.enum(['direct', 'textbook', 'module']),
  requests: z.int().min(1, 'must be at least 1').max(500, 'must be at most 500').default(500),
  question: questionSchema,
});

export type Burst = z.output<typeof burstSchema>;
export type Question = Burst['question'];
