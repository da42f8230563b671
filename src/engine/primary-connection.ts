import { ErrorReply, type RedisClientType } from 'redis';
import type { EngineAddress, EngineNode } from './engine-url.js';
import {
  clientOptions,
  CONNECT_TIMEOUT_MS,
  connectTo,
  NotPrimaryError,
  type OpenConnection,
  withinTime,
} from './redis-connection.js';

/** Short: a primary that was paused accepts connections and answers none, and another may be promoted meanwhile. */
const SENTINEL_TIMEOUT_MS = 400;

/**
 * A connection to one primary: the server of a standalone URL, or the one the sentinels name now.
 *
 * node-redis' own sentinel client leases connections per command and retries a command whose reply was lost, which can
 * execute it twice. Asking the sentinels for the address and checking `ROLE`, as the sentinel client guidelines say
 * (https://redis.io/docs/latest/develop/reference/sentinel-clients/), does neither.
 */
export function openPrimary(address: EngineAddress, deadlineMs: number): OpenConnection {
  const options = { ...clientOptions(address, deadlineMs), database: address.database };
  const timeoutMs = address.topology === 'sentinel' ? SENTINEL_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
  return async (onLost) => {
    const node = address.topology === 'sentinel' ? await askSentinels(address, options) : address.nodes[0];
    if (!node) throw new Error('The address names no node.');
    const client = await connectTo(node, options, { onLost, timeoutMs });
    try {
      await requirePrimary(client);
      await refuseClusterNode(client);
    } catch (error) {
      client.destroy();
      throw error;
    }
    return {
      client,
      probe: () => withinTime(deadlineMs, requirePrimary(client)),
      destroy: () => client.isOpen && client.destroy(),
    };
  };
}

async function requirePrimary(client: RedisClientType): Promise<void> {
  try {
    const reply = await client.role();
    if (reply?.role !== 'master') throw new NotPrimaryError(reply?.role ?? 'unknown');
  } catch (error) {
    // A user may lack ROLE; that the server answers is then all there is to know.
    if (!(error instanceof ErrorReply && error.message.startsWith('NOPERM'))) throw error;
  }
}

/** On a cluster node most keys would be answered with MOVED; better said at once. */
async function refuseClusterNode(client: RedisClientType): Promise<void> {
  const facts = await client.info('cluster').catch(() => '');
  if (facts.includes('cluster_enabled:1')) throw new Error('CLUSTERNODE it wants a cluster client');
}

/** The first sentinel that answers is believed: those that lag behind are found out by the primary's own ROLE. */
async function askSentinels(
  address: EngineAddress,
  options: ReturnType<typeof clientOptions>,
): Promise<EngineNode> {
  const { nodes, primaryName = '' } = address;
  const answers = nodes.map(async (sentinel) => {
    const client = await connectTo(sentinel, options, { timeoutMs: SENTINEL_TIMEOUT_MS });
    try {
      return await client.sendCommand<[string, string] | null>([
        'SENTINEL',
        'GET-MASTER-ADDR-BY-NAME',
        primaryName,
      ]);
    } finally {
      client.destroy();
    }
  });
  const answer = await Promise.any(answers);
  if (!answer) throw new Error(`UNKNOWNNAME the sentinels know no "${primaryName}"`);
  return { host: answer[0], port: Number(answer[1]) };
}
