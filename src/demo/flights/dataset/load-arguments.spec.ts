import { describe, expect, it } from 'vitest';
import { loadArguments } from './load-arguments.js';

const database = 'postgres://user:password@localhost:5432/caching';

describe('loadArguments', () => {
  it('reads the database and loads all rows by default', () => {
    expect(loadArguments(['--database', database])).toEqual({
      help: false,
      databaseUrl: database,
      rows: undefined,
    });
  });

  it('reads a number of rows', () => {
    expect(loadArguments(['--database', database, '--rows', '20000'])).toMatchObject({ rows: 20_000 });
  });

  it.each(['0', '-1', '1.5', '1e6', 'many', ''])('rejects %j rows', (rows) => {
    expect(() => loadArguments(['--database', database, `--rows=${rows}`])).toThrow(
      '--rows must be a whole number',
    );
  });

  it.each([[], ['--database', 'mysql://host/x'], ['--database', 'postgres:']])(
    'refuses %j as a database',
    (...args) => {
      expect(() => loadArguments(args.flat())).toThrow('--database must be a URL');
    },
  );

  it('rejects an unknown option and names it', () => {
    expect(() => loadArguments(['--row', '1'])).toThrow("'--row'");
  });
});
