import type { Stoppable } from '../experiment.js';

/** What a run has started. Also stops what is still starting. */
export class Resources {
  private readonly started: Promise<Stoppable>[] = [];

  start<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    this.started.push(starting);
    return starting;
  }

  /**
   * The last one first: an app needs its servers to complete its requests.
   *
   * @throws AggregateError, after all others have stopped, if some could not be stopped
   */
  async stop(): Promise<void> {
    const errors: Error[] = [];
    for (const starting of this.started.toReversed()) {
      const stopping = starting.then(
        (resource) => resource.stop(),
        // It has not started, which the run reports.
        () => undefined,
      );
      await stopping.catch((error: Error) => void errors.push(error));
    }
    if (errors.length === 0) return;
    const reasons = errors.map(({ message }) => message).join(' ');
    throw new AggregateError(errors, `Not everything could be stopped: ${reasons}`);
  }
}
