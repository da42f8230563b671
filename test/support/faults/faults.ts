import { setTimeout as wait } from 'node:timers/promises';
import type { Direction, LocalEngine } from '../../../local/index.js';
import { becomesTrue } from './condition.js';
import type { Fault, Scene } from './fault.js';
import { helpersLost, resharded, shardsChanged, stackOf } from './topology-changes.js';

const EVERYWHERE = ['standalone', 'sentinel', 'cluster'] as const;
const REPLICATED = ['sentinel', 'cluster'] as const;

const PAUSE_MS = 10_000;
const HOLD_MS = 2_000;
/** In each direction. */
const HALF_OF_500_MS = 250;
const DETECTED_WITHIN_MS = 1_000;
const DEMOTED_WITHIN_MS = 30_000;

export const killed: Fault = {
  name: 'kill -9',
  topologies: EVERYWHERE,
  promotes: REPLICATED,
  mayLose: REPLICATED,
  async strike({ stack: { victim, site }, promoted, steady }) {
    await victim.kill();
    if (site.topology === 'standalone') {
      await wait(1_000);
    } else {
      await promoted();
      await steady();
    }
    await victim.restart();
  },
};

export const paused: Fault = {
  name: 'SIGSTOP 10 s',
  topologies: EVERYWHERE,
  promotes: REPLICATED,
  mayLose: REPLICATED,
  async strike({ stack: { victim, site }, promoted }) {
    victim.pause();
    const over = wait(PAUSE_MS);
    if (site.topology !== 'standalone') await promoted();
    await over;
    victim.resume();
  },
};

/** Sentinels use the same network as clients. The nodes of a cluster have their own bus and notice nothing. */
function halfOpen(name: string, direction: Direction): Fault {
  return {
    name,
    topologies: EVERYWHERE,
    stack: { proxied: true },
    promotes: ['sentinel'],
    mayLose: ['sentinel'],
    async strike({ stack, promoted, steady }) {
      const proxy = stack.proxy();
      proxy.drop(direction);
      if (stack.site.topology === 'sentinel') {
        await promoted();
        await steady();
      } else {
        await wait(HOLD_MS);
      }
      await proxy.heal();
    },
  };
}

export const halfOpened = halfOpen('half-open', 'both');

const slow: Fault = {
  name: '+500 ms',
  topologies: EVERYWHERE,
  stack: { proxied: true },
  async strike({ stack }) {
    const proxy = stack.proxy();
    proxy.delay(HALF_OF_500_MS);
    await wait(HOLD_MS);
    await proxy.heal();
  },
};

const refusedAtBoot: Fault = {
  name: 'refused at boot',
  topologies: EVERYWHERE,
  async prepare({ nodes }) {
    await Promise.all([...nodes.values()].map((node) => node.kill()));
  },
  async strike({ stack: { nodes } }) {
    await wait(HOLD_MS);
    await Promise.all([...nodes.values()].map((node) => node.restart()));
  },
};

/** A planned failover. A standalone server is made a replica instead. */
export const readOnly: Fault = {
  name: 'READONLY',
  topologies: EVERYWHERE,
  promotes: REPLICATED,
  // Sentinel promotes without waiting for pending replication; CLUSTER FAILOVER waits.
  mayLose: ['sentinel'],
  async strike(scene) {
    const { site, servers } = scene.stack;
    if (site.topology === 'standalone') return becomeReplicaAndBack(scene);
    const [node, ...command] =
      site.topology === 'sentinel'
        ? ['sentinel-1', 'SENTINEL', 'FAILOVER', 'primary']
        : ['shard-1-replica-1', 'CLUSTER', 'FAILOVER'];
    await stackOf(servers)
      .node(node ?? '')
      .command(...command);
    await scene.promoted();
    // With Sentinel the old primary accepts writes, which are lost, until it is reconfigured seconds later.
    await becomesTrue('the old primary is a replica', () => isReplica(scene.stack.victim), DEMOTED_WITHIN_MS);
  },
};

/** The named primary does not exist, so the replica keeps its data. */
async function becomeReplicaAndBack({ stack: { victim }, engine }: Scene): Promise<void> {
  await victim.command('REPLICAOF', '127.0.0.1', '1');
  await becomesTrue('the engine disconnects from the new replica', () => !engine.isReady, DETECTED_WITHIN_MS);
  await wait(DETECTED_WITHIN_MS);
  await victim.command('REPLICAOF', 'NO', 'ONE');
}

export const FAULTS: readonly Fault[] = [
  killed,
  paused,
  halfOpened,
  // Commands are executed, but their replies are lost.
  halfOpen('replies lost', 'to-client'),
  slow,
  refusedAtBoot,
  readOnly,
  resharded,
  shardsChanged,
  helpersLost,
];

async function isReplica(node: LocalEngine): Promise<boolean> {
  const role = await node.command('ROLE');
  return Array.isArray(role) && role[0] === 'slave';
}
