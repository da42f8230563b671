import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../index.js';
import { readView } from '../../cluster/cluster-view.js';
import type { ServerState } from '../../processes/local-server.js';
import type { Zone } from '../../stacks/zones.js';
import type { ControlledServer, NamedServer } from '../stack.js';

/** A server as the app's console shows it. No path, password or pid. */
export interface ServerReport {
  readonly name: string;
  readonly kind: string;
  readonly version: string;
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly state: ServerState;
  /** From the server itself. Null for app nodes, PostgreSQL and Memcached, and for a server that does not answer. */
  readonly role: 'primary' | 'replica' | 'sentinel' | null;
  /** How many slots of a cluster it serves. Null outside of a cluster, and for a server that does not answer. */
  readonly slots: number | null;
  /** From INFO. Null for PostgreSQL and Memcached, and for a server that does not answer. */
  readonly usage: { readonly commandsPerSecond: number; readonly memoryBytes: number } | null;
  /** Null for a server that has no other to take its place. */
  readonly zone: Zone | null;
}

type Answers = Pick<ServerReport, 'role' | 'slots' | 'usage'>;
type Queried = ControlledServer & Partial<Pick<LocalEngine, 'command' | 'tls'>>;

const UNKNOWN: Answers = { role: null, slots: null, usage: null };
const ANSWERS_WITHIN_MILLISECONDS = 500;
const ROLES: Readonly<Record<string, ServerReport['role']>> = {
  master: 'primary',
  slave: 'replica',
  sentinel: 'sentinel',
};

export async function reportOf({ name, server, isClusterNode, zone }: NamedServer): Promise<ServerReport> {
  const queried: Queried = server;
  const { state, version, port } = server;
  const answers = state === 'running' ? await answersOf(queried, isClusterNode) : UNKNOWN;
  return {
    name,
    kind: server.name.replace(/-server$/, ''),
    version,
    address: `127.0.0.1:${port}`,
    isEncrypted: queried.tls !== undefined,
    state,
    ...answers,
    zone,
  };
}

function answersOf(server: Queried, isClusterNode: boolean): Promise<Answers> {
  const limit = wait(ANSWERS_WITHIN_MILLISECONDS, UNKNOWN, { ref: false });
  const answers = isClusterNode ? clusterAnswers(server) : roleAnswer(server);
  return Promise.race([answers.catch(() => UNKNOWN), limit]);
}

async function roleAnswer(server: Queried): Promise<Answers> {
  const [reply, usage] = await Promise.all([server.command?.('ROLE'), usageOf(server)]);
  return { role: (Array.isArray(reply) && ROLES[String(reply[0])]) || null, slots: null, usage };
}

async function clusterAnswers(server: Queried): Promise<Answers> {
  const [nodes, usage] = await Promise.all([server.command?.('CLUSTER', 'NODES'), usageOf(server)]);
  const view = readView(nodes ?? '');
  const own = [...view.values()].find(({ isItself }) => isItself);
  return own ? { role: own.primary ? 'primary' : 'replica', slots: own.slots.length, usage } : UNKNOWN;
}

async function usageOf(server: Queried): Promise<ServerReport['usage']> {
  const info = String((await server.command?.('INFO')) ?? '');
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN);
  const [commandsPerSecond, memoryBytes] = [field('instantaneous_ops_per_sec'), field('used_memory')];
  return Number.isNaN(commandsPerSecond + memoryBytes) ? null : { commandsPerSecond, memoryBytes };
}
