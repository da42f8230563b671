import type { Experiment } from './experiment.js';
import { cold } from './experiments/cold.js';
import { deploy } from './experiments/deploy.js';
import { encryption } from './experiments/encryption.js';
import { failover } from './experiments/failover.js';
import { herd } from './experiments/herd.js';
import { latency } from './experiments/latency.js';
import { memory } from './experiments/memory.js';
import { pause } from './experiments/pause.js';
import { scale } from './experiments/scale.js';

/** All experiments, in the order of the report. */
export const EXPERIMENTS: readonly Experiment[] = [
  failover,
  pause,
  encryption,
  scale,
  cold,
  deploy,
  memory,
  herd,
  latency,
];
