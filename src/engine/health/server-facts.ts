import { ErrorReply, type RedisClientType } from 'redis';
import type { EngineKind } from '../engine.wire.js';
import { readReplicationAdvice } from './replication-advice.js';

export interface ServerFacts {
  kind: EngineKind | null;
  version: string | null;
  isCluster: boolean;
  /** What its settings lack, as the end of a sentence about it. */
  advice: string | null;
}

/** A server that answers but cannot take writes; a replica, for example after a failover behind its address. */
export class NotPrimaryError extends Error {
  constructor(readonly role: string) {
    super(`NOTPRIMARY it is a ${role}`);
    this.name = 'NotPrimaryError';
  }
}

/** Rejects if the server is no primary: its `ROLE` is what sentinels and clusters change behind an address. */
export async function requirePrimary(client: RedisClientType, abortSignal?: AbortSignal): Promise<void> {
  try {
    const [role = 'unknown'] = await client.sendCommand<string[]>(['ROLE'], { abortSignal });
    if (role === 'sentinel') throw new Error('SENTINELNODE it wants a URL with +sentinel');
    if (role !== 'master') throw new NotPrimaryError(role);
  } catch (error) {
    // A user may lack ROLE; that the server answers is then all there is to know.
    if (!isDenied(error)) throw error;
  }
}

/** What the server says of itself. Without the right to ask, little. */
export async function readServerFacts(client: RedisClientType): Promise<ServerFacts> {
  const [info, isCluster, advice] = await Promise.all([
    ask(client, 'server'),
    ask(client, 'cluster').then((text) => text.includes('cluster_enabled:1')),
    readReplicationAdvice(client),
    requirePrimary(client),
  ]);
  const version = /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info);
  const kind = info.includes('valkey_version:') ? 'valkey' : 'redis';
  return { kind: info ? kind : null, version: version?.[1] ?? null, isCluster, advice };
}

async function ask(client: RedisClientType, section: string): Promise<string> {
  try {
    return await client.info(section);
  } catch (error) {
    if (isDenied(error)) return '';
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof ErrorReply && error.message.startsWith('NOPERM');
}
