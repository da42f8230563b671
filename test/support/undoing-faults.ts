import { stat, truncate } from 'node:fs/promises';
import { type EngineStack, startCluster, startSentinel } from '../../local/index.js';
import { redisLike } from './app.js';
import { until } from './until.js';

const PROMOTED_WITHIN_MS = 20_000;
/** In the partition a replica is promoted after one second. During the restart it must not be promoted. */
const PARTITION_PATIENCE_MS = 1_000;
const RESTART_PATIENCE_MS = 10_000;

/** A fault that loses acknowledged writes: those that `meanwhile` sends to the affected server. */
export interface UndoingFault {
  name: string;
  patienceMs: number;
  strike(stack: UndoableStack, meanwhile: () => Promise<void>): Promise<void>;
}

export interface UndoableStack {
  stack: EngineStack;
  primary: string;
  replica: string;
}

export const UNDOABLE_STACKS: readonly [string, (patienceMs: number) => Promise<UndoableStack>][] = [
  [
    'Sentinel',
    async (patienceMs) => ({
      stack: await startSentinel(redisLike(), { downAfterMilliseconds: patienceMs }),
      primary: 'primary',
      replica: 'replica-1',
    }),
  ],
  [
    'a cluster',
    async (patienceMs) => ({
      stack: await startCluster(redisLike(), { nodeTimeoutMilliseconds: patienceMs }),
      primary: 'shard-1',
      replica: 'shard-1-replica-1',
    }),
  ],
];

export const UNDOING_FAULTS: readonly UndoingFault[] = [
  {
    name: 'a partition with broken replica links and a promotion',
    patienceMs: PARTITION_PATIENCE_MS,
    strike: async ({ stack, primary, replica }, meanwhile) => {
      const cut = stack.node(primary);
      for (const command of ['-psync', '-sync']) await cut.command('ACL', 'SETUSER', 'default', command);
      await cut.command('CLIENT', 'KILL', 'TYPE', 'replica');
      await until(async () => /connected_slaves:0/.test(String(await cut.command('INFO', 'replication'))));
      await meanwhile();
      await cut.kill();
      const role = async () => String(await stack.node(replica).command('ROLE'));
      await until(async () => (await role()).startsWith('master'), PROMOTED_WITHIN_MS);
    },
  },
  {
    name: 'a restart from an older snapshot',
    patienceMs: RESTART_PATIENCE_MS,
    strike: async ({ stack, primary }, meanwhile) => {
      const [, directory] = (await stack.node(primary).command('CONFIG', 'GET', 'dir')) as [string, string];
      // The append-only file up to this point serves as the older snapshot.
      const log = `${directory}/appendonlydir/appendonly.aof.1.incr.aof`;
      const { size } = await stat(log);
      await meanwhile();
      await stack.node(primary).kill();
      await truncate(log, size);
      await stack.node(primary).restart();
    },
  },
];

/** The number of bytes that the replica has not acknowledged. */
export async function replicaLag({ stack, primary }: UndoableStack): Promise<number> {
  const info = String(await stack.node(primary).command('INFO', 'replication'));
  const offset = Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1]);
  const acknowledged = Number(/offset=(\d+),lag/.exec(info)?.[1] ?? -1);
  return offset - acknowledged;
}
