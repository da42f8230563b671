type Failure = Error & { readonly code?: unknown; readonly errors?: readonly unknown[] };

/** One or two sentences: what failed and what to do. Contains neither user nor password. */
export function describeLoadFailure(error: unknown, databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  const failure = firstOf(error);
  const remedies: Record<string, string> = {
    '53100': `The disk of PostgreSQL at ${host} is full. All flights need about 700 MB while they are loaded; free some space, or load fewer with DATASET_ROWS.`,
    '28P01': `PostgreSQL at ${host} refuses the user name or the password. Correct the database URL.`,
    '3D000': `PostgreSQL at ${host} has no database ${pathname.slice(1)}. Create it, or correct the database URL.`,
    '42501': `The database user may not create tables at ${host}${pathname}. Grant it CREATE, or use another user.`,
    ECONNREFUSED: `No PostgreSQL answers at ${host}. Start it, or correct the database URL.`,
    ENOTFOUND: `There is no host named as in ${host}. Correct the database URL.`,
    '57P01': `PostgreSQL at ${host} is shutting down. Nothing of this load was kept; load again when it is back.`,
  };
  return (
    remedies[String(failure.code)] ??
    `The flights could not be loaded into PostgreSQL at ${host}: ${failure.message}. Nothing of this load was kept.`
  );
}

/** The connection to a host with several addresses fails with one error for each. */
function firstOf(error: unknown): Failure {
  const failure = (error instanceof Error ? error : new Error(String(error))) as Failure;
  return failure.errors?.[0] === undefined ? failure : firstOf(failure.errors[0]);
}
