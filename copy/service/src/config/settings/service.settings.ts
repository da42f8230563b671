import { z } from 'zod';

/** Settings of this service itself. Add yours here and to `.env.example`. */
export const serviceSettings = {
  KEY_PREFIX: z
    .string()
    .regex(/^[\w:.-]{1,64}$/, 'must be 1-64 of letters, digits and ":._-", such as my-service:live')
    .default('my-service'),
};
