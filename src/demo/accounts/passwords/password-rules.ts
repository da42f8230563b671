import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';

const SHORTEST = 8;
const LONGEST = 128;
/** What may remain of a password without the username in it. */
const SHORTEST_WITHOUT_NAME = 4;

/** 49,233 passwords from breaches, in lower case (decision 0021). */
const COMMON = new Set(dictionary['passwords-common']);

/**
 * A password as it is hashed: NFKC, so that the same characters typed on another device give the same password (NIST SP 800-63B,
 * 5.1.1.2). Half of a surrogate pair is refused: encoded as UTF-8, all of them would be the same character.
 */
const normalized = z
  .string()
  .refine((text) => !/\p{Cs}/u.test(text), 'must be valid Unicode text')
  .transform((text) => text.normalize('NFKC'));

/** In code points, as NIST counts. */
const lengthOf = (text: string) => Array.from(text).length;
const atMostLongest = (text: string) => lengthOf(text) <= LONGEST;
const TOO_LONG = `must have at most ${LONGEST} characters`;

/** A password that is only compared. */
export const givenPassword = normalized
  .refine((text) => text !== '', 'must not be empty')
  .refine(atMostLongest, TOO_LONG);

/** A password to be set. Long passphrases are welcome; the upper bound keeps hashing cheap. */
export const newPassword = normalized
  .refine((text) => lengthOf(text) >= SHORTEST, `must have at least ${SHORTEST} characters`)
  .refine(atMostLongest, TOO_LONG);

/** Why a new password is too easy to guess, in any case and with blanks around it; null if it is not. */
export function weaknessOf(password: string, username: string): string | null {
  const guess = password.toLowerCase().trim();
  if (/^(.?)\1*$/su.test(guess)) return 'must not be blank or one character repeated';
  if (COMMON.has(guess))
    return 'is one of the most common passwords. Choose another, such as four random words';
  if (guess.replaceAll(username, '').trim().length < SHORTEST_WITHOUT_NAME) {
    return 'must not be the name. Choose another, such as four random words';
  }
  return null;
}
