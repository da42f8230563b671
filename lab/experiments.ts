import type { Experiment } from './experiment.js';
import { clients } from './experiments/clients.js';
import { cold } from './experiments/cold.js';
import { deploy } from './experiments/deploy.js';
import { encryption } from './experiments/encryption.js';
import { failover } from './experiments/failover.js';
import { herd } from './experiments/herd.js';
import { latency } from './experiments/latency.js';
import { memory } from './experiments/memory.js';
import { offload } from './experiments/offload.js';
import { partition } from './experiments/partition.js';
import { pause } from './experiments/pause.js';
import { scale } from './experiments/scale.js';
import { speed } from './experiments/speed.js';
import { zones } from './experiments/zones.js';

/** All experiments, in the order of the report. */
export const EXPERIMENTS: readonly Experiment[] = [
  failover,
  pause,
  partition,
  zones,
  encryption,
  scale,
  cold,
  deploy,
  memory,
  herd,
  offload,
  speed,
  clients,
  latency,
];
