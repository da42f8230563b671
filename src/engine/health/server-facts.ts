import { ErrorReply, type RedisClientType } from 'redis';
import type { EngineKind } from '../engine.wire.js';
import { readReplicationAdvice } from './replication-advice.js';

export interface ServerFacts {
  /** Null if the user may not run INFO. */
  kind: EngineKind | null;
  version: string | null;
  isCluster: boolean;
  /** Missing replication settings, as the end of a sentence after the server's address. */
  advice: string | null;
}

/** The server answers, but it is not a primary and cannot accept writes, for example after a failover. */
export class NotPrimaryError extends Error {
  constructor(readonly role: string) {
    super(`NOTPRIMARY the server is a ${role}`);
    this.name = 'NotPrimaryError';
  }
}

/** Runs ROLE and rejects if the server is not a primary. After a failover another role can answer at the same address. */
export async function requirePrimary(client: RedisClientType, abortSignal?: AbortSignal): Promise<void> {
  try {
    const [role = 'unknown'] = await client.sendCommand<string[]>(['ROLE'], { abortSignal });
    if (role === 'sentinel') throw new Error('SENTINELNODE the URL needs +sentinel');
    if (role !== 'master') throw new NotPrimaryError(role);
  } catch (error) {
    // The ACL may not allow ROLE. The server has answered, which must be enough.
    if (!isDenied(error)) throw error;
  }
}

/** Reads version, kind and settings. Facts that the ACL does not allow to read are null. */
export async function readServerFacts(client: RedisClientType): Promise<ServerFacts> {
  const [info, isCluster, advice] = await Promise.all([
    readInfo(client, 'server'),
    readInfo(client, 'cluster').then((text) => text.includes('cluster_enabled:1')),
    readReplicationAdvice(client),
    requirePrimary(client),
  ]);
  const version = /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info);
  const kind = info.includes('valkey_version:') ? 'valkey' : 'redis';
  return { kind: info ? kind : null, version: version?.[1] ?? null, isCluster, advice };
}

async function readInfo(client: RedisClientType, section: string): Promise<string> {
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
