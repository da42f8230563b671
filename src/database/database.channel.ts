import { type Channel, channel } from 'node:diagnostics_channel';

/** One statement that PostgreSQL executed or refused. */
export interface StatementTrace {
  /** Its first word in capitals, for example SELECT. */
  operation: string;
  /** The first table that it names. Null without one. */
  table: string | null;
  /** In milliseconds, with the time it waited for a connection of the pool. */
  durationMs: number;
  isFailed: boolean;
}

/** Carries one {@link StatementTrace} per statement of the pool. Costs nothing without a subscriber. */
export const statementChannel = channel('caching.database.statement') as Channel<unknown, StatementTrace>;

/** Runs a statement and publishes how long it took. */
export async function traced<T>(sql: string, run: () => Promise<T>): Promise<T> {
  if (!statementChannel.hasSubscribers) return run();
  const startedAt = performance.now();
  let isFailed = true;
  try {
    const result = await run();
    isFailed = false;
    return result;
  } finally {
    const durationMs = performance.now() - startedAt;
    statementChannel.publish({ ...summaryOf(sql), durationMs, isFailed });
  }
}

const OPERATION = /^\s*([a-z]+)/i;
const TABLE = /\b(?:from|into|update)\s+([a-z_]+)/i;

function summaryOf(sql: string): Pick<StatementTrace, 'operation' | 'table'> {
  const [operation, table] = [OPERATION, TABLE].map((pattern) => pattern.exec(sql)?.[1]);
  return { operation: operation?.toUpperCase() ?? 'OTHER', table: table ?? null };
}
