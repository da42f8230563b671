import { appendFileSync } from 'node:fs';
import type { FaultRun } from './fault-run.js';
import type { Site } from './fault-stack.js';
import type { MisconfigurationRun } from './misconfiguration-run.js';

/** A row of the table. A cell is empty if the figure does not apply. */
export type Row = Readonly<Record<string, string | number>>;

/** Collects the rows, formats them as a table, and appends them as JSON lines to the file named by FAULT_REPORT. */
export class FaultReport {
  private readonly rows: Row[] = [];

  add(row: Row): void {
    this.rows.push(row);
    const file = process.env['FAULT_REPORT'];
    if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }

  /** The table as aligned text with a header. */
  format(): string {
    const [first] = this.rows;
    if (!first) return '(no rows)';
    const header = Object.keys(first);
    return align([header, ...this.rows.map((row) => header.map((column) => `${row[column] ?? ''}`))]);
  }
}

export function rowOf(run: FaultRun): Row {
  const { discrepancies, recoveryMs } = run;
  return {
    ...commonColumns(run.site, run),
    lost: discrepancies.lost.length,
    'lost after promotion': run.lostAfterPromotion.length,
    'executed after refusal': discrepancies.ghosts.length,
    'executed twice': discrepancies.doubled.length,
    'half executed': discrepancies.torn.length,
    'failed on other shards': run.othersNotDone?.length ?? '',
    'recovered after ms': recoveryMs === undefined ? '' : Math.round(recoveryMs),
    promoted: run.hasPromoted ? 'yes' : 'no',
    'late (engine)': run.lateByItself.length,
    'late (test process)': run.lateByTheLoop.length,
    'event loop delay ms': Math.round(run.worstLoopDelayMs),
    'unexpected errors': run.strayErrors.length + run.surprises.length,
    recovered: run.recovered ? 'yes' : 'no',
  };
}

export function rowOfMisconfiguration(run: MisconfigurationRun): Row {
  return {
    ...commonColumns(run.site, run),
    'reported after ms': run.reportedAfterMs === undefined ? 'never' : Math.round(run.reportedAfterMs),
    'log lines': run.logged.length,
    'connections/s': run.connectionsPerSecond.toFixed(1),
    'median refusal us': Math.round(run.medianRefusalMs * 1000),
    'unexpected errors': run.strayErrors.length + run.surprises.length,
  };
}

function commonColumns(
  { kind, topology, tls }: Site,
  { fault, tally }: Pick<FaultRun, 'fault' | 'tally'>,
): Row {
  const { calls, done, refused, failed, unknown, hung, late, slowestMs } = tally;
  return {
    fault,
    engine: kind,
    topology,
    tls: tls ? 'TLS' : 'plain',
    calls,
    done,
    refused,
    failed,
    unknown,
    hung,
    late,
    'slowest ms': Math.round(slowestMs),
  };
}

/** Pads the columns. Numbers are aligned to the right. */
export function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return /^\d/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
