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

/** Sends 200 calls a second during each fault, and compares the outcomes that callers saw with the data on the servers. */
export function describeFaults(group: EngineGroup): void {
  const trials = trialsOf(FAULTS, group);
  // The trials of this turn belong to another group, or the engine is not installed.
  describe.skipIf(trials.length === 0)(
    `an engine on ${group.kind}${group.tls ? ' with TLS' : ''} under a fault: every call settles in time, no write is executed twice, and the engine recovers`,
    () => {
      const report = new FaultReport();
      afterAll(() => console.log(`\n${report.format()}\n`));

      it.each(trials)(
        '$title',
        async ({ what, site }) => {
          const run = await runFault(what, site);
          report.add(rowOf(run));
          for (const late of describeCalls(run.lateByTheLoop, run.struckAt)) {
            console.log(`Late because the event loop of the test was blocked, so not counted: ${late}`);
          }
          expectInvariants(run);
          expectPromises(what, run);
        },
        LONGEST_MS,
      );
    },
  );
}

/** Holds during every fault. */
function expectInvariants(run: FaultRun): void {
  const { ghosts, doubled, torn } = run.discrepancies;
  expect(run.tally.hung).toBe(0);
  const violations = [run.lateByItself, ghosts, doubled, torn];
  expect(violations.map((calls) => describeCalls(calls, run.struckAt))).toEqual([[], [], [], []]);
  expect([...run.strayErrors, ...run.surprises]).toEqual([]);
  expect(run.recovered, 'whether all calls succeed again').toBe(true);
}

/** Depends on whether the servers promote a replica, replicate in time, and have other shards. */
function expectPromises(fault: Fault, run: FaultRun): void {
  const { topology } = run.site;
  const isPlanned = fault.promotes?.includes(topology) ?? false;
  // Under load, servers can take each other for dead and promote without a kill.
  const mayLose = fault.mayLose?.includes(topology) || (run.hasPromoted && !isPlanned);
  const violations = mayLose ? run.lostAfterPromotion : run.discrepancies.lost;
  expect(describeCalls(violations, run.struckAt)).toEqual([]);
  expect(isPlanned ? run.recoveryMs : 0).toBeLessThanOrEqual(RECOVERS_WITHIN_MS);
  expect(describeCalls(run.othersNotDone ?? [], run.struckAt)).toEqual([]);
  expect(describeCalls(fault.harmless ? run.undone.filter(isViolation) : [], run.struckAt)).toEqual([]);
}

/** While a slot is half moved, neither server accepts a batch with two new keys. On a slow machine that takes longer than the deadline. */
function isViolation({ kind, outcome }: Call): boolean {
  return kind !== 'batch' || outcome !== 'refused';
}
