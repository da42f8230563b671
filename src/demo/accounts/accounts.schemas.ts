import { z } from 'zod';
import { givenPassword, newPassword } from './passwords/password-rules.js';

const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9_-]{2,31}$/,
    'must be 3-32 of a-z, 0-9, "_" and "-", and start with a letter or digit',
  );

/** PostgreSQL rejects NUL, and JSON parsers reject lone surrogates. */
const plainText = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must not contain control characters');

export const newAccountSchema = z.strictObject({
  username: username.meta({ example: 'linus' }),
  password: newPassword.meta({ example: 'seven quiet rivers at dawn' }),
});

export const usernameSchema = z.object({ username: username.meta({ example: 'ada' }) });

export const signInSchema = z.strictObject({
  // Not the rules of new names: a name that cannot exist gets the same response as a wrong password.
  username: plainText(128).meta({ example: 'ada' }),
  password: givenPassword.meta({ example: 'correct horse battery staple' }),
  device: plainText(64).optional().meta({ example: 'Firefox on Linux' }),
  remember: z.boolean().optional().meta({ example: false }),
});

export const confirmationSchema = signInSchema.pick({ password: true });

export const passwordChangeSchema = z.strictObject({
  current: givenPassword.meta({ example: 'correct horse battery staple' }),
  next: newPassword.meta({ example: 'seven quiet rivers at dawn' }),
});

export type NewAccount = z.output<typeof newAccountSchema>;
export type SignIn = z.output<typeof signInSchema>;
export type Confirmation = z.output<typeof confirmationSchema>;
export type PasswordChange = z.output<typeof passwordChangeSchema>;
