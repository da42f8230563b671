/**
 * What is known about a call that did not succeed.
 *
 * - `refused`: certainly not executed. - `failed`: the engine answered with an error.
 * - `unknown`: written, but no answer came; it may have been executed.
 */
export type EngineCallOutcome = 'refused' | 'failed' | 'unknown';

/** A call to an engine that did not succeed. The message names engine and command, never a key or value. */
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
