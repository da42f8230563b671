import { Metrics } from '../../load/app/metrics.js';

interface Scrape {
  readonly withinMs: number;
  readonly headers: Record<string, string>;
  /** undefined: all tables. */
  readonly table: string | undefined;
}

/** SQL statements of an app node so far, from its metrics. @throws if it does not answer in time */
export async function queriesOf(url: string, { withinMs, headers, table }: Scrape): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(withinMs) });
  if (!response.ok) throw new Error(`GET ${url}/metrics answered ${response.status}.`);
  const labels: Record<string, string> = table === undefined ? {} : { db_collection_name: table };
  return new Metrics(await response.text()).sum('db_client_operation_duration_seconds_count', labels);
}
