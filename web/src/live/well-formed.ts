import { signal } from '@preact/signals';
import type { Guard } from './guards.js';

/** How many socket messages did not have the shape that their `*.wire.ts` describes. They change nothing on the page. */
export const malformed = signal(0);

/** Passes on messages of the right shape, and counts the others. */
export function wellFormed<Message>(
  isRight: Guard<Message>,
  handle: (message: Message) => unknown,
): (message: unknown) => void {
  return (message) => {
    if (isRight(message)) handle(message);
    else malformed.value += 1;
  };
}
