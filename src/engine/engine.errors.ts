/**
 * What is known about a call that did not succeed.
 *
 * - `refused`: certainly not executed. - `failed`: the engine answered with an error.
 * - `unknown`: written, but no answer came; it may have been executed.
 */
export type EngineCallOutcome = 'refused' | 'failed' | 'unknown';

/** A call to an engine that did not succeed. The message names the kind of engine and the command; it reaches clients, so never an address, a key or a value. */
export class EngineError extends Error {
  readonly code = 'E_ENGINE_UNAVAILABLE';

  constructor(
    readonly outcome: EngineCallOutcome,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EngineError';
  }
}

/**
 * For `promise.catch(ignoreEngineError)`: an engine failure becomes undefined.
 *
 * @throws any other error: that is a defect.
 */
export function ignoreEngineError(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
  return undefined;
}

/** A call with several keys that a cluster would keep on different shards. This is a mistake in the calling code, on every topology. */
export class CrossSlotError extends Error {
  readonly code = 'E_CROSS_SLOT';

  constructor(command: string, keys: number) {
    super(
      `${command} names ${keys} keys without one common hash tag, so a cluster keeps them on different shards. ` +
        'Write the same {tag} into each of them.',
    );
    this.name = 'CrossSlotError';
  }
}

/** What is wrong with the URL of the engine that has these roles, and what to write. */
export interface EngineMismatch {
  roles: readonly string[];
  reason: string;
}

/** Servers that are of another kind than their URL says. No time mends that, so the application does not start with it. */
export class EngineMismatchError extends Error {
  readonly code = 'E_ENGINE_MISMATCH';

  constructor(readonly mismatches: readonly EngineMismatch[]) {
    super(mismatches.map(({ roles, reason }) => `The engine of ${roles.join(', ')}: ${reason}`).join(' '));
    this.name = 'EngineMismatchError';
  }
}
