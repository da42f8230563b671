import { z } from 'zod';

export const whichSchema = z.strictObject({
  except: z.literal('current', 'must be "current", or left out for everywhere').optional(),
});

export type Which = z.output<typeof whichSchema>;
