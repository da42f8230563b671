import { Logger } from '@nestjs/common';

const logger = new Logger('Engine');

/** Calls each listener; one that throws concerns neither the others nor the connection that the news came by. */
export function notifyAll<Listener>(listeners: Iterable<Listener>, tell: (listener: Listener) => void): void {
  for (const listener of listeners) {
    try {
      tell(listener);
    } catch (error) {
      logger.error(`A listener failed: ${error instanceof Error ? (error.stack ?? error.name) : 'unknown'}`);
    }
  }
}
