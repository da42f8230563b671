import type { Experiment, Topology } from '../experiment.js';
import type { LabOptions } from '../options.js';
import type { ExperimentResult } from '../report/report.js';

/** An experiment in one topology. It has one result. */
export interface Trial {
  readonly experiment: Experiment;
  readonly topology: Topology;
}

export function trialsOf({ experiments, isAll, topology }: LabOptions): Trial[] {
  return experiments.flatMap((experiment) => {
    const usual = isAll ? experiment.topologies : experiment.topologies.slice(0, 1);
    const topologies = topology === null ? usual : [topology];
    return topologies.map((one) => ({ experiment, topology: one }));
  });
}

export function isOf(result: ExperimentResult, { experiment, topology }: Trial): boolean {
  return result.name === experiment.name && result.topology === topology;
}
