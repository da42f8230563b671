import type { Figure, Stoppable } from '../experiment.js';

/** What a run has started. Also stops what is still starting. */
export class Resources {
  private readonly started: Promise<Stoppable>[] = [];
  private readonly running: Stoppable[] = [];
  private isStopped = false;

  async start<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    if (!this.isStopped) this.started.push(starting);
    const resource = await starting;
    this.running.push(resource);
    if (!this.started.includes(starting)) {
      await resource.stop();
      throw new Error('It was started after the end of the run.');
    }
    return resource;
  }

  /** What must not happen in any experiment. Nothing where no app node was started. */
  get figures(): Figure[] {
    const reports = this.running.flatMap(({ unexpected }) => (unexpected ? [unexpected] : []));
    if (reports.length === 0) return [];
    return [
      {
        name: 'unhandled rejections, and nodes that ended',
        values: { module: reports.flat().length },
        goal: { side: 'module', atMost: 0 },
      },
    ];
  }

  /**
   * The last one first: an app needs its servers to complete its requests.
   *
   * @throws AggregateError, after all others have stopped, if some could not be stopped
   */
  async stop(): Promise<void> {
    this.isStopped = true;
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
