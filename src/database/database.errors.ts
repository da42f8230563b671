/** PostgreSQL is unreachable or refuses to serve. A write may or may not have been executed. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'E_DATABASE_UNAVAILABLE';

  constructor(options?: ErrorOptions) {
    super('The database does not answer. Try again in a moment.', options);
    this.name = 'DatabaseUnavailableError';
  }
}

/** A table does not exist: most often because the migrations that create it have not run yet. */
export class MissingTableError extends Error {
  readonly code = 'E_DATABASE_UNAVAILABLE';

  constructor(options?: ErrorOptions) {
    super('The tables are being created. Try again in a moment.', options);
    this.name = 'MissingTableError';
  }
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
/**
 * PostgreSQL's error codes (appendix A of its documentation): connection, authorization, unknown database, resources, operator intervention,
 * read-only, and the timeouts of idle transactions, locks and statements.
 */
const UNAVAILABLE_STATE = /^(08|28|3D|53|57P|25006|25P03|55P03|57014)/;
const UNAVAILABLE_MESSAGE = /timeout|terminated|Connection ended|after calling end|not queryable/i;

/** Whether an error means that the database is unavailable, rather than that the statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseUnavailableError) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = codeOf(error);
  return NETWORK.has(code) || UNAVAILABLE_STATE.test(code) || UNAVAILABLE_MESSAGE.test(error.message);
}

/** What is wrong and what to do, by the error's code or message. */
const EXPLANATIONS: [kind: RegExp, sentence: string][] = [
  [/^28/, 'PostgreSQL refuses the user or the password. Correct DATABASE_URL.'],
  [/^3D000/, 'PostgreSQL has no database of that name. Create it, or correct DATABASE_URL.'],
  [/^53300/, 'PostgreSQL has no free connection. Raise its max_connections, or run fewer nodes.'],
  [/^53/, 'PostgreSQL has run out of disk or memory. See its log.'],
  [/^57P03/, 'PostgreSQL is starting up or shutting down. Wait until it accepts connections.'],
  [/^57P0[12]/, 'PostgreSQL is shutting down. Start it again.'],
  [/^25006/, 'PostgreSQL is read-only, as a replica is. Let DATABASE_URL name the primary.'],
  [/^57014/, 'A statement took PostgreSQL longer than its limit. See pg_stat_activity.'],
  [/^55P03/, 'PostgreSQL waits for a lock that another session holds. See pg_locks.'],
  [/password must be/, 'PostgreSQL asks for a password. Add one to DATABASE_URL.'],
  [/not support SSL/, 'PostgreSQL does not offer TLS. Remove sslmode from DATABASE_URL.'],
];

/** One sentence for operators: what is wrong with the database and what to do. */
export function explainDatabaseFailure(error: unknown): string {
  const cause = causeOf(error);
  const code = codeOf(cause);
  const message = cause instanceof Error ? cause.message : '';
  const [, sentence] = EXPLANATIONS.find(([kind]) => kind.test(code) || kind.test(message)) ?? [];
  return sentence ?? 'PostgreSQL does not answer. Start it, or correct DATABASE_URL.';
}

export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === '42P01';
}

function causeOf(error: unknown): unknown {
  return error instanceof DatabaseUnavailableError && error.cause ? causeOf(error.cause) : error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
