import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';

const MIN_LENGTH = 8;
const MAX_LENGTH = 128;
/** The least characters of a password besides the username. */
const MIN_LENGTH_WITHOUT_NAME = 4;

/** 49,233 passwords from breaches, in lower case (decision 0021). */
const COMMON = new Set(dictionary['passwords-common']);

/**
 * A password as it is hashed: NFKC, so that the same characters typed on another device give the same password (NIST SP 800-63B,
 * 5.1.1.2). Lone surrogates are refused, since UTF-8 encodes them all as the same character.
 */
const normalized = z
  .string()
  .refine((text) => !/\p{Cs}/u.test(text), 'must be valid Unicode text')
  .transform((text) => text.normalize('NFKC'));

/** In code points, as NIST counts. */
const lengthOf = (text: string) => Array.from(text).length;
const isNotTooLong = (text: string) => lengthOf(text) <= MAX_LENGTH;
const TOO_LONG = `must have at most ${MAX_LENGTH} characters`;

/** A password that is only verified. */
export const givenPassword = normalized
  .refine((text) => text !== '', 'must not be empty')
  .refine(isNotTooLong, TOO_LONG);

/** A new password. The upper limit keeps hashing cheap. */
export const newPassword = normalized
  .refine((text) => lengthOf(text) >= MIN_LENGTH, `must have at least ${MIN_LENGTH} characters`)
  .refine(isNotTooLong, TOO_LONG);

/** Says why a new password is easy to guess, ignoring case and surrounding blanks; null if it is not. */
export function weaknessOf(password: string, username: string): string | null {
  const guess = password.toLowerCase().trim();
  if (/^(.?)\1*$/su.test(guess)) return 'must not be blank or one character repeated';
  if (COMMON.has(guess))
    return 'is one of the most common passwords. Choose another one, such as four random words';
  if (guess.replaceAll(username, '').trim().length < MIN_LENGTH_WITHOUT_NAME) {
    return 'must not be the name. Choose another one, such as four random words';
  }
  return null;
}
