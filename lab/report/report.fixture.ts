import type { Experiment, Topology } from '../experiment.js';
import type { ExperimentResult } from './report.js';

/** An experiment that cannot be run. */
export const failover: Experiment = {
  name: 'failover',
  claim: 'A replica is promoted.',
  method: 'kill -9',
  topologies: ['sentinel', 'cluster'],
  seconds: () => 1,
  run: async () => ({ figures: [] }),
  answers: () => [],
};
/** Its result, which holds. */
export const resultOf = (topology: Topology, more: Partial<ExperimentResult> = {}): ExperimentResult => ({
  name: 'failover',
  claim: failover.claim,
  method: failover.method,
  engine: 'valkey',
  topology,
  runs: 5,
  versions: 'commit ada6805, valkey 9.0.1',
  date: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  verdict: 'holds',
  answers: [],
  figures: [{ name: 'requests', unit: null, values: {}, goal: null, isMet: null }],
  timelines: [],
  caveats: [],
  ...more,
});
