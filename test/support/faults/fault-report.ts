import { appendFileSync } from 'node:fs';
import type { FaultRun } from './fault-run.js';
import type { Site } from './fault-stack.js';
import type { MisconfigurationRun } from './misconfiguration-run.js';

/** A line of the matrix; an empty cell is a figure that the fault does not have. */
export type Row = Readonly<Record<string, string | number>>;

/** Collects what was seen, prints it as one table, and appends it as JSON lines to the file that FAULT_REPORT names. */
export class FaultReport {
  private readonly rows: Row[] = [];

  add(row: Row): void {
    this.rows.push(row);
    const file = process.env['FAULT_REPORT'];
    if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }

  /** Aligned, the header first. */
  format(): string {
    const [first] = this.rows;
    if (!first) return '(nothing)';
    const header = Object.keys(first);
    return align([header, ...this.rows.map((row) => header.map((column) => `${row[column] ?? ''}`))]);
  }
}

export function rowOf(run: FaultRun): Row {
  const { discrepancies, recoveryMs } = run;
  return {
    ...beginning(run.site, run),
    lost: discrepancies.lost.length,
    'lost late': run.lostAfterPromotion.length,
    ghosts: discrepancies.ghosts.length,
    doubled: discrepancies.doubled.length,
    torn: discrepancies.torn.length,
    'others not done': run.othersNotDone?.length ?? '',
    'back after ms': recoveryMs === undefined ? '' : Math.round(recoveryMs),
    promoted: run.hasPromoted ? 'yes' : 'no',
    'late by itself': run.lateByItself.length,
    'late by the loop': run.lateByTheLoop.length,
    'loop delay ms': Math.round(run.worstLoopDelayMs),
    stray: run.strayErrors.length + run.surprises.length,
    recovered: run.recovered ? 'yes' : 'no',
  };
}

export function rowOfMisconfiguration(run: MisconfigurationRun): Row {
  return {
    ...beginning(run.site, run),
    'said after ms': run.saidAfterMs === undefined ? 'never' : Math.round(run.saidAfterMs),
    'log lines': run.logged.length,
    'connections/s': run.connectionsPerSecond.toFixed(1),
    'median refusal us': Math.round(run.medianRefusalMs * 1000),
    stray: run.strayErrors.length + run.surprises.length,
  };
}

function beginning({ kind, topology, tls }: Site, { fault, tally }: Pick<FaultRun, 'fault' | 'tally'>): Row {
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

/** Columns as wide as their widest cell; figures to the right. */
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
