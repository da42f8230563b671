import { areSame, type FoundTokens } from '../tiers/envelope.js';

/** What a load can have seen of the data. */
export interface LoadBeginning {
  /** As of `performance.now()`. */
  at: number;
  validityTokens: FoundTokens;
  /** The count of invalidations on this node. */
  invalidations: number;
}

/** What a lookup knows when it wants to share a load. */
export interface LookupState extends LoadBeginning {
  /** The engine did not answer. */
  isDegraded: boolean;
}

/** A load under way on this node. */
export interface RunningLoad<Result> {
  /** Resolves when it begins, or has failed before. */
  begun: Promise<LoadBeginning>;
  result: Promise<Result>;
}

/** Of all callers on this node that miss at once, one loads and the others share its answer. */
export class RunningLoads<Result> {
  private readonly byEntry = new Map<string, RunningLoad<Result>>();

  /** Never joins a load that began before an invalidation that ended before this lookup began. */
  async joinOrStart(
    entry: string,
    state: LookupState,
    start: () => RunningLoad<Result>,
  ): Promise<{ result: Result; isShared: boolean }> {
    for (;;) {
      const running = this.byEntry.get(entry);
      if (running && (await mayAnswer(running, state)))
        return { result: await running.result, isShared: true };
      // There is no await between this check and the start.
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

async function mayAnswer<Result>({ begun }: RunningLoad<Result>, state: LookupState): Promise<boolean> {
  const { at, validityTokens, invalidations } = await begun;
  if (at >= state.at || areSame(validityTokens, state.validityTokens)) return true;
  // Without the engine only the invalidations of this node are known.
  return state.isDegraded && invalidations === state.invalidations;
}
