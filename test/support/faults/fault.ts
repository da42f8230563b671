import type { EngineTopology, RedisEngine } from '../../../src/engine/index.js';
import type { FaultStack, FaultStackOptions } from './fault-stack.js';
import type { Traffic, TrafficOptions } from './traffic.js';

/** What a fault has to work with: servers, an engine on them, and traffic through it. */
export interface Scene {
  readonly stack: FaultStack;
  readonly engine: RedisEngine;
  readonly traffic: Traffic;
  /** Resolves when the servers have promoted another primary; the run measures from there. */
  readonly promoted: () => Promise<void>;
  /** Resolves when all calls are done again for half a second. */
  readonly steady: () => Promise<void>;
}

/** One thing that goes wrong, and right again. */
export interface Fault {
  readonly name: string;
  readonly topologies: readonly EngineTopology[];
  /** Resolves once it is over and healed. */
  strike(scene: Scene): Promise<void>;
  readonly stack?: FaultStackOptions;
  readonly traffic?: TrafficOptions;
  /** Before the engine starts; without it the engine is ready and the traffic steady when the fault strikes. */
  prepare?(stack: FaultStack): Promise<void>;
  /** No server that clients need goes: every call is done, but for batches in a slot that is half moved. */
  readonly harmless?: boolean;
  /** Where the servers put another primary in the place of the lost one. */
  readonly promotes?: readonly EngineTopology[];
  /** Where acknowledged writes may be lost: replication is asynchronous. */
  readonly mayLose?: readonly EngineTopology[];
}
