import { Logger } from '@nestjs/common';

const logger = new Logger('Engine');

/** Calls each listener. An error of one is logged and does not affect the others. */
export function notifyAll<Listener>(
  listeners: Iterable<Listener>,
  notify: (listener: Listener) => void,
): void {
  for (const listener of listeners) {
    try {
      notify(listener);
    } catch (error) {
      logger.error(`A listener failed: ${error instanceof Error ? (error.stack ?? error.name) : 'unknown'}`);
    }
  }
}
