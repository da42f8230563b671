import { z } from 'zod';

const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9_-]{2,31}$/,
    'must be 3-32 of a-z, 0-9, "_" and "-", beginning with a letter or digit',
  );

/** Long passphrases are welcome; the upper bound keeps hashing cheap (NIST SP 800-63B, OWASP). */
const password = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(128, 'must have at most 128 characters');

export const newAccountSchema = z.strictObject({ username, password });

export const signInSchema = z.strictObject({
  // Any text: a name that cannot exist is answered like a wrong password.
  username: z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters'),
  password: z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters'),
  device: z.string().trim().min(1, 'must not be empty').max(64, 'must have at most 64 characters').optional(),
});

export type NewAccount = z.output<typeof newAccountSchema>;
export type SignIn = z.output<typeof signInSchema>;
