import type { DatabaseClock } from '../../../src/leaderboard/ledger/database-clock.js';
import { queryDatabase } from '../../support/database.js';

/** The clock of a test's database. It stands still until it is advanced. */
export interface TestClock {
  now: Date;
  /** Advances the database's clock, and lets all nodes read it. */
  advance(milliseconds: number): Promise<void>;
}

/** Replaces the clock of this database only: a function of the same name is first in its search path. */
export async function startClock(databaseUrl: string, clocks: readonly DatabaseClock[]): Promise<TestClock> {
  const name = new URL(databaseUrl).pathname.slice(1);
  // At noon, so that no day ends while a test runs.
  const clock = { now: new Date(new Date().setUTCHours(12, 0, 0, 0)) };
  const set = () => queryDatabase(databaseUrl, 'UPDATE test_clock SET stands_at = $1', [clock.now]);
  await queryDatabase(
    databaseUrl,
    `CREATE TABLE test_clock AS SELECT pg_catalog.clock_timestamp() AS stands_at;
     CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
       AS 'SELECT stands_at FROM public.test_clock';
     ALTER DATABASE ${name} SET search_path = public, pg_catalog`,
  );
  await set();
  return {
    get now() {
      return clock.now;
    },
    advance: async (milliseconds) => {
      clock.now = new Date(clock.now.getTime() + milliseconds);
      await set();
      // Rejects for nodes that were closed.
      await Promise.allSettled(clocks.map((ledgerClock) => ledgerClock.read()));
    },
  };
}
