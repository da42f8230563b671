import type { Experiment } from './experiment.js';
import { encryption } from './experiments/encryption.js';
import { failover } from './experiments/failover.js';
import { pause } from './experiments/pause.js';

/** All experiments, in the order of the report. */
export const EXPERIMENTS: readonly Experiment[] = [failover, pause, encryption];
