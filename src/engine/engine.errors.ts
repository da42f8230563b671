/**
 * How a call failed.
 *
 * - `refused`: certainly not executed.
 * - `failed`: the engine answered with an error.
 * - `unknown`: the call was written and not answered; it may have been executed.
 */
export type EngineCallOutcome = 'refused' | 'failed' | 'unknown';

/**
 * A call to an engine that did not succeed. The message names the kind of engine and the command. It can reach clients, so it never
 * contains an address, key or value.
 */
export class EngineError extends Error {
  readonly code = 'E_ENGINE_UNAVAILABLE';
  /** The code of an error reply of Redis or Valkey, for example WRONGTYPE. */
  readonly reply: string | undefined;

  constructor(
    readonly outcome: EngineCallOutcome,
    message: string,
    options: ErrorOptions & { reply?: string } = {},
  ) {
    super(message, options);
    this.name = 'EngineError';
    this.reply = options.reply;
  }
}

/**
 * Turns an engine failure into undefined: `promise.catch(ignoreEngineError)`.
 *
 * @throws every other error, because it is a defect.
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

/** What is wrong with the engine URL of these roles, and what to write instead. */
export interface EngineMismatch {
  roles: readonly string[];
  reason: string;
}

/** A URL names servers of another kind. The application refuses to start, because waiting cannot help. */
export class EngineMismatchError extends Error {
  readonly code = 'E_ENGINE_MISMATCH';

  constructor(readonly mismatches: readonly EngineMismatch[]) {
    super(mismatches.map(({ roles, reason }) => `The engine of ${roles.join(', ')}: ${reason}`).join(' '));
    this.name = 'EngineMismatchError';
  }
}
