import { z } from 'zod';

/** The prefix of all keys of a module. Memcached's keys have no spaces, and braces would choose the slots of a cluster. */
export const keyPrefixOption = z
  .string('is missing. Write the name of the application, for example "shop".')
  .regex(
    /^[^\s{}\p{Cc}]{1,100}$/u,
    'must be 1 to 100 characters without spaces and braces, for example "shop:live".',
  );

/** Keys or secrets, newest first. @param example how to make one */
export function keysOption(example = 'Make one with: openssl rand -base64 32') {
  const message = `must be a list of at least one key, and no key may be empty. ${example}`;
  return z.array(z.string(message).min(1, message), message).min(1, message);
}

/** A whole number from `least` to `most`. */
export function wholeOption(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}.`;
  return z.int(message).min(least, message).max(most, message);
}
