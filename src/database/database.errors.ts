/** PostgreSQL cannot be reached or will not serve now. Whether a write was done is not known. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'E_DATABASE_UNAVAILABLE';

  constructor(options?: ErrorOptions) {
    super('The database does not answer. Try again in a moment.', options);
    this.name = 'DatabaseUnavailableError';
  }
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
/** PostgreSQL's error codes, appendix A: connection, authorization, no such database, resources, operator intervention. */
const UNAVAILABLE_STATE = /^(08|28|3D|53|57P)/;
const UNAVAILABLE_MESSAGE = /timeout|terminated|Connection ended|after calling end|not queryable/i;

/** Tells "the database is not there" from "the statement is wrong". */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = codeOf(error);
  return NETWORK.has(code) || UNAVAILABLE_STATE.test(code) || UNAVAILABLE_MESSAGE.test(error.message);
}

/** One sentence for operators: what is wrong with the database and what to do. */
export function explainDatabaseFailure(error: unknown): string {
  const cause = error instanceof DatabaseUnavailableError ? error.cause : error;
  const code = codeOf(cause);
  if (code.startsWith('28')) return 'PostgreSQL refuses the user or the password. Correct DATABASE_URL.';
  if (code === '3D000') return 'PostgreSQL has no database of that name. Create it, or correct DATABASE_URL.';
  return 'PostgreSQL does not answer. Start it, or correct DATABASE_URL.';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
