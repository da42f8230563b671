/** Callers that arrive during a run share the next one. So no caller gets a result from before its call, and one runs at a time. */
export class SharedRuns<Result> {
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly next = new Map<string, Promise<Result>>();

  /**
   * Joins the next run, or begins one.
   *
   * @param name runs of different names are independent.
   * @param work the same for all callers of a name.
   */
  run(name: string, work: () => Promise<Result>): Promise<Result> {
    const next = this.next.get(name);
    if (next) return next;
    const running = this.running.get(name);
    if (!running) return this.begin(name, work);
    const shared = running.then(() => {
      this.next.delete(name);
      return this.begin(name, work);
    });
    this.next.set(name, shared);
    return shared;
  }

  private begin(name: string, work: () => Promise<Result>): Promise<Result> {
    const run = work();
    const end = (): void => void this.running.delete(name);
    this.running.set(name, run.then(end, end));
    return run;
  }
}
