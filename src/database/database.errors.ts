/** PostgreSQL cannot be reached or will not serve now. Nothing is known to have been written. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'E_DATABASE_UNAVAILABLE';

  constructor(options?: ErrorOptions) {
    super('The database does not answer. Try again in a moment.', options);
    this.name = 'DatabaseUnavailableError';
  }
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
/** Classes 08 (connection), 53 (resources) and 57P (operator intervention) of PostgreSQL's error codes, appendix A. */
const UNAVAILABLE_STATE = /^(08|53|57P)/;

/** Tells "the database is not there" from "the statement is wrong". */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    NETWORK.has(code) ||
    UNAVAILABLE_STATE.test(code) ||
    /timeout|terminated|Connection ended|after calling end/i.test(error.message)
  );
}
