import type { Stoppable } from '../experiment.js';

/** What a run has started. Also stops what is still starting. */
export class Resources {
  private readonly started: Promise<Stoppable>[] = [];

  start<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    this.started.push(starting);
    return starting;
  }

  /** The last one first: an app needs its servers to complete its requests. */
  async stop(): Promise<void> {
    for (const starting of this.started.toReversed()) {
      await starting.then(
        (resource) => resource.stop(),
        // It has not started, which the run reports.
        () => undefined,
      );
    }
  }
}
