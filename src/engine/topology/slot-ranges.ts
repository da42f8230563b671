import type { RedisClientType } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import type { Capabilities } from '../capabilities/capabilities.js';
import { ENGINE_COMMANDS } from '../capabilities/command-use.js';
import { refusalOf } from '../capabilities/refusal.js';

export interface SlotRange {
  from: number;
  to: number;
  /** The primary. */
  node: EngineNode;
}

/** A map of RESP 3, or the same as a list of names and values. */
type Fields = Record<string, unknown> | unknown[];
type SlotsReply = [
  from: number,
  to: number,
  primary: [host: string | null, port: number, id: string, metadata?: Fields],
][];

/**
 * Reads which primary serves which slots: CLUSTER SLOTS, or CLUSTER SHARDS where that is refused.
 *
 * Source: https://redis.io/docs/latest/commands/cluster-slots/, https://redis.io/docs/latest/commands/cluster-shards/
 *
 * @param asked the address of the server, which answers for nodes that do not know their own.
 * @throws {ErrorReply} the refusal of CLUSTER SLOTS, if both are refused.
 */
export async function readSlotRanges(client: RedisClientType, asked: EngineNode): Promise<SlotRange[]> {
  try {
    return await readSlots(client, asked);
  } catch (error) {
    if (!refusalOf(error)) throw error;
    return readShards(client, asked).catch(() => Promise.reject(error));
  }
}

/** The same over the connection of a server, which remembers that CLUSTER SLOTS is refused. */
export async function readServerSlotRanges(
  client: RedisClientType,
  asked: EngineNode,
  commands: Capabilities,
): Promise<SlotRange[]> {
  const ranges = await commands.attempt(ENGINE_COMMANDS.clusterSlots, () => readSlots(client, asked));
  return ranges ?? readShards(client, asked);
}

async function readSlots(client: RedisClientType, asked: EngineNode): Promise<SlotRange[]> {
  const ranges = await client.sendCommand<SlotsReply>(['CLUSTER', 'SLOTS']);
  return ranges.map(([from, to, [host, port, , metadata = {}]]) => ({
    from,
    to,
    node: { host: hostOf(host, toRecord(metadata)['ip'], asked), port },
  }));
}

async function readShards(client: RedisClientType, asked: EngineNode): Promise<SlotRange[]> {
  const shards = await client.sendCommand<Fields[]>(['CLUSTER', 'SHARDS']);
  const hasTls = Boolean(
    client.options.socket && 'tls' in client.options.socket && client.options.socket.tls,
  );
  return shards.map(toRecord).flatMap(({ slots, nodes }) => {
    const primary = primaryIn((nodes as Fields[]).map(toRecord));
    if (!primary) return [];
    const { endpoint, ip, port, 'tls-port': tlsPort } = primary;
    const host = hostOf(endpoint as string | null, ip, asked);
    const node = { host, port: Number(hasTls ? (tlsPort ?? port) : port) };
    return rangesOf(slots as number[]).map(([from, to]) => ({ from, to, node }));
  });
}

/** A primary that was replaced is listed until it comes back as a replica. */
function primaryIn(nodes: Record<string, unknown>[]): Record<string, unknown> | undefined {
  const primaries = nodes.filter(({ role }) => role === 'master');
  return primaries.find(({ health }) => health === 'online') ?? primaries[0];
}

/** @param flat first and last slot of each range. */
function rangesOf(flat: readonly number[]): [from: number, to: number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [Number(flat[2 * i]), Number(flat[2 * i + 1])]);
}

/** `?` means that the node has no hostname, although hostnames are preferred. Without a host, the server's own address is meant. */
function hostOf(host: string | null, ip: unknown, asked: EngineNode): string {
  if (host && host !== '?') return host;
  return host === '?' && typeof ip === 'string' && ip ? ip : asked.host;
}

function toRecord(fields: Fields): Record<string, unknown> {
  if (!Array.isArray(fields)) return fields;
  return Object.fromEntries(
    Array.from({ length: fields.length / 2 }, (_, i) => [String(fields[2 * i]), fields[2 * i + 1]]),
  );
}
