import { parseArgs } from 'node:util';

export const USAGE = `Loads the flights data set into PostgreSQL, unless it is loaded already.

  --database URL   postgres://user:password@host:port/database
  --rows N         only the first N flights (default: all 3,000,000)
  --help`;

export type LoadArguments =
  | { readonly help: true }
  | { readonly help: false; readonly databaseUrl: string; readonly rows: number | undefined };

/** @throws an error whose message is one sentence for the user of the command. */
export function loadArguments(args: readonly string[]): LoadArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { database: { type: 'string' }, rows: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return { help: true };
  const { database, rows } = values;
  if (!database || !/^postgres(ql)?:\/\//.test(database) || !URL.canParse(database)) {
    throw new Error('--database must be a URL like postgres://user:password@localhost:5432/caching.');
  }
  if (rows !== undefined && !/^[1-9]\d{0,8}$/.test(rows)) {
    throw new Error(`--rows must be a whole number of flights from 1 upward, not "${rows}".`);
  }
  return { help: false, databaseUrl: database, rows: rows === undefined ? undefined : Number(rows) };
}
