import { RECOVERS_WITHIN_MS, type FaultRun, runFault } from '../../../test/support/faults/fault-run.js';
import type { Site } from '../../../test/support/faults/fault-stack.js';
import type { Fault } from '../../../test/support/faults/fault.js';
import { killed, paused, readOnly } from '../../../test/support/faults/faults.js';
import { timeline } from '../../../test/support/faults/tally.js';
import type { ServersScenario, Figure } from '../../scenario.js';

const BEFORE_MS = 500;
const AFTER_MS = 1_000;
const SITES = (['sentinel', 'cluster'] as const).map((topology): Site => ({
  kind: 'valkey',
  topology,
  tls: false,
}));
const SERVERS = 'Valkey, plain, 200 calls a second';
const RUNS = 3;

/** After the promotion, WAIT needs a second replica. */
const TWO_REPLICAS = { replicas: 2 };

export const failoverTimeline: ServersScenario = {
  name: 'failover-timeline',
  question: 'What do callers see in each 100 ms after a primary is killed or paused?',
  needs: 'servers',
  uses: [],
  seconds: () => 75,
  method:
    'Kills and pauses a primary with Sentinel and in a cluster. Outcomes of the calls that settled in each 100 ms, counted from the fault. The\n' +
    "goal is the time from the servers' own promotion to the first successful write.",
  async measure({ say }) {
    const table = [['fault', 'topology', 'ms', 'done', 'refused', 'failed', 'unknown']];
    const figures: Figure[] = [];
    for (const fault of [killed, paused]) {
      for (const site of SITES) {
        say(nameOf(fault, site));
        const run = await runFault(fault, site);
        table.push(...rowsOf(run));
        const value = Math.round(run.recoveryMs ?? Number.POSITIVE_INFINITY);
        figures.push({ figure: nameOf(fault, site), value, atMost: RECOVERS_WITHIN_MS, unit: 'ms' });
      }
    }
    return {
      servers: SERVERS,
      tables: [{ title: 'calls by the time since the fault', rows: table }],
      figures,
    };
  },
};

export const failoverLosses: ServersScenario = {
  name: 'failover-losses',
  question: 'How many acknowledged writes does a failover lose, with and without WAIT?',
  needs: 'servers',
  uses: [],
  isLong: true,
  seconds: () => 480,
  method:
    `Acknowledged writes that were lost when a primary with two replicas was killed, paused or replaced in a planned failover, with and without\n` +
    `WAIT 1 100 in the write's pipeline: the sum of ${RUNS} runs each. Replication is asynchronous, so there is no goal.`,
  async measure({ say }) {
    const table = [['fault', 'topology', 'wait', 'acknowledged writes', 'lost']];
    for (const fault of [killed, paused, readOnly]) {
      for (const site of SITES) {
        for (const withWait of [false, true]) {
          say(nameOf(fault, site) + (withWait ? ', with WAIT' : ''));
          table.push(await countLosses(fault, site, withWait));
        }
      }
    }
    return { servers: SERVERS, tables: [{ title: 'acknowledged writes', rows: table }], figures: [] };
  },
};

function nameOf({ name }: Fault, { topology }: Site): string {
  return `${name}, ${topology}`;
}

function rowsOf({
  calls,
  fault,
  site,
  struckAt,
  promotedAt = struckAt,
  recoveryMs = 0,
}: FaultRun): string[][] {
  const lines = timeline(calls, {
    zero: struckAt,
    from: struckAt - BEFORE_MS,
    to: promotedAt + recoveryMs + AFTER_MS,
  });
  return lines.map(({ atMs, done, refused, failed, unknown }) => [
    fault,
    site.topology,
    ...[atMs, done, refused, failed, unknown].map(String),
  ]);
}

async function countLosses(fault: Fault, site: Site, withWait: boolean): Promise<string[]> {
  let acknowledged = 0;
  let lost = 0;
  for (let run = 0; run < RUNS; run++) {
    const result = await runFault({ ...fault, stack: TWO_REPLICAS, traffic: { withWait } }, site);
    acknowledged += result.calls.filter((call) => call.acknowledged).length;
    lost += result.discrepancies.lost.length;
  }
  return [fault.name, site.topology, withWait ? 'WAIT 1 100' : 'none', String(acknowledged), String(lost)];
}
