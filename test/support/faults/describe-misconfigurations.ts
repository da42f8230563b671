import type { EngineGroup } from './fault-sites.js';
import { afterAll, describe, expect, it } from 'vitest';
import { FaultReport, rowOfMisconfiguration } from './fault-report.js';
import { trialsOf } from './fault-sites.js';
import { runMisconfiguration } from './misconfiguration-run.js';
import { MISCONFIGURATIONS } from './misconfigurations.js';

const TOPOLOGIES = ['standalone', 'sentinel', 'cluster'] as const;
const LONGEST_MS = 60_000;
const REPORTED_WITHIN_MS = 1_000;
const CONNECTIONS_PER_SECOND = 2;
/** A refusal takes microseconds; the rest is tolerance for other load on the machine. */
const REFUSED_WITHIN_MS = 1;

export function describeMisconfigurations(group: EngineGroup): void {
  const subjects = MISCONFIGURATIONS.map((what) => ({ ...what, topologies: TOPOLOGIES }));
  const trials = trialsOf(subjects, group);
  // The trials of this turn belong to another group, or the engine is not installed.
  describe.skipIf(trials.length === 0)(
    `an engine on ${group.kind}${group.tls ? ' with TLS' : ''} with a misconfiguration: reports the reason within a second, logs it once, and makes at most two connections per second`,
    () => {
      const report = new FaultReport();
      afterAll(() => console.log(`\n${report.format()}\n`));

      it.each(trials)(
        '$title',
        async ({ what, site }) => {
          const run = await runMisconfiguration(what, site);
          report.add(rowOfMisconfiguration(run));

          expect(run.wasReady).toBe(false);
          expect(run.reason).toMatch(what.reason);
          expect(run.reason).not.toMatch(/secret|another@/);
          expect(run.reportedAfterMs).toBeLessThan(REPORTED_WITHIN_MS);
          expect(run.logged).toEqual([expect.stringMatching(what.reason)]);
          expect(run.connectionsPerSecond).toBeLessThanOrEqual(CONNECTIONS_PER_SECOND);

          const { calls, refused, late } = run.tally;
          expect({ refused, late }).toEqual({ refused: calls, late: 0 });
          expect(run.medianRefusalMs).toBeLessThan(REFUSED_WITHIN_MS);
          expect([...run.strayErrors, ...run.surprises]).toEqual([]);
        },
        LONGEST_MS,
      );
    },
  );
}
