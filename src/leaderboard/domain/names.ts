import { z } from 'zod';
import { windowOf } from './periods.js';

export const boardName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1-64 of a-z, 0-9 and "-", beginning with a letter or digit')
  .meta({ example: 'arena' });

/** PostgreSQL rejects NUL. No lone surrogates either: UTF-8 encodes two different ones as the same bytes. */
export const plainText = z
  .string()
  .min(1, 'must not be empty')
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must not contain control characters');

export const identifier = plainText.refine(
  (text) => Buffer.byteLength(text) <= 128,
  'must be at most 128 bytes',
);

export const playerId = identifier.meta({ example: 'amber' });

export const seasonName = identifier.meta({ example: 'autumn-2026' });

export const periodName = z
  .string()
  .refine(
    (name) => windowOf(name) !== 'all',
    'must be a day (2026-11-24), an ISO week (2026-W48) or a month (2026-11)',
  );
