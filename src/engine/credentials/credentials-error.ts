/** There are no credentials, or the server refuses them. The message is a sentence for operators and contains no secret. */
export class CredentialsError extends Error {
  readonly code = 'E_ENGINE_CREDENTIALS';

  /** @param isOutdated returns whether other credentials are available by now, so that the next attempt need not wait. */
  constructor(
    message: string,
    readonly isOutdated: () => boolean = () => false,
  ) {
    super(message);
    this.name = 'CredentialsError';
  }
}

/** The error itself, or those among the errors of an AggregateError (several sentinels or nodes). */
export function findCredentialsErrors(error: unknown): CredentialsError[] {
  if (error instanceof CredentialsError) return [error];
  return error instanceof AggregateError ? error.errors.flatMap(findCredentialsErrors) : [];
}
