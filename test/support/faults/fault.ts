import type { EngineTopology, RedisEngine } from '../../../src/engine/index.js';
import type { FaultStack, FaultStackOptions } from './fault-stack.js';
import type { TrafficOptions } from './traffic.js';

/** What a fault works with: servers, and an engine that is connected to them. */
export interface Scene {
  readonly stack: FaultStack;
  readonly engine: RedisEngine;
  /** Resolves when the servers have promoted another primary. The recovery time starts there. */
  readonly promoted: () => Promise<void>;
  /** Resolves when all calls have succeeded for half a second. */
  readonly steady: () => Promise<void>;
}

/** Something that breaks and is repaired. */
export interface Fault {
  readonly name: string;
  readonly topologies: readonly EngineTopology[];
  /** Causes the fault. Resolves when it is repaired. */
  strike(scene: Scene): Promise<void>;
  readonly stack?: FaultStackOptions;
  readonly traffic?: TrafficOptions;
  /** Runs before the engine starts. Without it the fault begins when the engine is ready and the traffic steady. */
  prepare?(stack: FaultStack): Promise<void>;
  /** No server that clients need goes down: every call succeeds, except batches in a half-moved slot. */
  readonly harmless?: boolean;
  /** The topologies in which the servers promote a replica. */
  readonly promotes?: readonly EngineTopology[];
  /** The topologies in which acknowledged writes may be lost, because replication is asynchronous. */
  readonly mayLose?: readonly EngineTopology[];
}
