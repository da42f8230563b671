import { areSame, type Generations } from '../tiers/envelope.js';

/** From when on, and under which generations, a load saw the data. */
export interface LoadBeginning {
  /** As of `performance.now()`. */
  at: number;
  generations: Generations;
  /** The count of invalidations on this node. */
  invalidations: number;
}

/** What is known when a lookup would like to share a load. */
export interface Seen extends LoadBeginning {
  /** The engine could not be asked. */
  isDegraded: boolean;
}

/** A load under way on this node. */
export interface RunningLoad<Result> {
  /** Resolves when it begins, or has failed before. */
  begun: Promise<LoadBeginning>;
  result: Promise<Result>;
}

/** However many callers of this node miss at once, one of them asks the database and the others share its answer. */
export class RunningLoads<Result> {
  private readonly byEntry = new Map<string, RunningLoad<Result>>();

  /** Nobody is answered by a load that began before an invalidation that was over when they asked. */
  async joinOrStart(
    entry: string,
    seen: Seen,
    start: () => RunningLoad<Result>,
  ): Promise<{ result: Result; isShared: boolean }> {
    for (;;) {
      const running = this.byEntry.get(entry);
      if (running && (await mayAnswer(running, seen)))
        return { result: await running.result, isShared: true };
      // Between this line and the start nobody else gets to run.
      if (this.byEntry.get(entry) === running)
        return { result: await this.add(entry, start()), isShared: false };
    }
  }

  private add(entry: string, load: RunningLoad<Result>): Promise<Result> {
    this.byEntry.set(entry, load);
    return load.result.finally(() => {
      if (this.byEntry.get(entry) === load) this.byEntry.delete(entry);
    });
  }
}

async function mayAnswer<Result>({ begun }: RunningLoad<Result>, seen: Seen): Promise<boolean> {
  const { at, generations, invalidations } = await begun;
  if (at >= seen.at || areSame(generations, seen.generations)) return true;
  // Without the engine this node's own invalidations are all that can be known.
  return seen.isDegraded && invalidations === seen.invalidations;
}
