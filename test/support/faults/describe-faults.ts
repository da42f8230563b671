import { Logger } from '@nestjs/common';
import { afterAll, describe, expect, it } from 'vitest';
import type { Call } from './call.js';
import { describeCalls } from './describe-calls.js';
import { FaultReport, rowOf } from './fault-report.js';
import { type FaultRun, RECOVERS_WITHIN_MS, runFault } from './fault-run.js';
import { trialsOf } from './fault-sites.js';
import type { EngineGroup } from './fault-sites.js';
import type { Fault } from './fault.js';
import { FAULTS } from './faults.js';

Logger.overrideLogger(false);

const LONGEST_MS = 120_000;

/** 200 calls a second go on while it happens, and what callers were told is compared with what the servers hold. */
export function describeFaults(group: EngineGroup): void {
  const trials = trialsOf(FAULTS, group);
  // Another group has them in its turn, or the engine cannot be had here.
  describe.skipIf(trials.length === 0)(
    `an engine on ${group.kind}${group.tls ? ' with TLS' : ''} under a fault settles every call in time, once, and recovers`,
    () => {
      const report = new FaultReport();
      afterAll(() => console.log(`\n${report.format()}\n`));

      it.each(trials)(
        '$title',
        async ({ what, site }) => {
          const run = await runFault(what, site);
          report.add(rowOf(run));
          for (const late of describeCalls(run.lateByTheLoop, run.struckAt)) {
            console.log(`Late because the event loop stood still, which is excused: ${late}`);
          }
          expectNothingAmiss(run);
          expectPromises(what, run);
        },
        LONGEST_MS,
      );
    },
  );
}

/** What holds whatever happens. */
function expectNothingAmiss(run: FaultRun): void {
  const { ghosts, doubled, torn } = run.discrepancies;
  expect(run.tally.hung).toBe(0);
  const amiss = [run.lateByItself, ghosts, doubled, torn];
  expect(amiss.map((calls) => describeCalls(calls, run.struckAt))).toEqual([[], [], [], []]);
  expect([...run.strayErrors, ...run.surprises]).toEqual([]);
  expect(run.recovered, 'whether all calls are done again').toBe(true);
}

/** What holds where the servers promote, replicate in time, or have other shards. */
function expectPromises(fault: Fault, run: FaultRun): void {
  const { topology } = run.site;
  const isPlanned = fault.promotes?.includes(topology) ?? false;
  // Busy servers may take each other for dead when nobody killed any.
  const mayLose = fault.mayLose?.includes(topology) || (run.hasPromoted && !isPlanned);
  const inexcusable = mayLose ? run.lostAfterPromotion : run.discrepancies.lost;
  expect(describeCalls(inexcusable, run.struckAt)).toEqual([]);
  expect(isPlanned ? run.recoveryMs : 0).toBeLessThanOrEqual(RECOVERS_WITHIN_MS);
  expect(describeCalls(run.othersNotDone ?? [], run.struckAt)).toEqual([]);
  expect(describeCalls(fault.harmless ? run.undone.filter(isAmiss) : [], run.struckAt)).toEqual([]);
}

/** Two new keys of a slot that is half moved are taken by neither server: refused, if a busy machine is that long about it. */
function isAmiss({ kind, outcome }: Call): boolean {
  return kind !== 'batch' || outcome !== 'refused';
}
