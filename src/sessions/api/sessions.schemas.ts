import { z } from 'zod';

export const endQuerySchema = z.strictObject({
  except: z.literal('current', 'must be "current", or left out for everywhere').optional(),
});

export type EndQuery = z.output<typeof endQuerySchema>;
