import type { RedisClientType } from 'redis';
import type { Capabilities } from '../capabilities/capabilities.js';
import { ENGINE_COMMANDS } from '../capabilities/command-use.js';
import type { EngineKind } from '../engine.wire.js';
import { readReplicationAdvice } from './replication-advice.js';

export interface ServerFacts {
  /** Null if the server refuses INFO. */
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

/** Sends one command of the promotion check. */
export type SendCheck = <T>(...command: string[]) => Promise<T>;

type RoleReply = [role: string, offset: number, replicas: unknown[]];

/**
 * Rejects if the server is not a primary: after a failover another role can answer at the same address. Where ROLE and INFO are
 * refused, any answer is enough, and the first refused write (READONLY) shows that it is a replica.
 *
 * @returns the number of connected replicas, null if it is unknown.
 */
export async function requirePrimary(send: SendCheck, commands: Capabilities): Promise<number | null> {
  const found =
    (await commands.attempt(ENGINE_COMMANDS.role, async () => readRole(await send<RoleReply>('ROLE')))) ??
    (await commands.attempt(ENGINE_COMMANDS.info, async () =>
      readRoleInInfo(await send('INFO', 'replication')),
    ));
  if (!found) {
    await send('PING');
    return null;
  }
  if (found.role === 'sentinel') throw new Error('SENTINELNODE the URL needs +sentinel');
  if (found.role !== 'master') throw new NotPrimaryError(found.role);
  return found.replicas;
}

function readRole([role, , replicas]: RoleReply) {
  return { role, replicas: role === 'master' ? replicas.length : 0 };
}

function readRoleInInfo(info: string) {
  const role = /^role:(\S+)/m.exec(info)?.[1];
  const replicas = info.match(/^slave\d+:.*state=online/gm)?.length ?? 0;
  return role === undefined ? undefined : { role, replicas };
}

/** The commands of {@link readServerFacts}. */
export const FACT_COMMANDS = [ENGINE_COMMANDS.info, ENGINE_COMMANDS.configGet];

/** Reads version, kind and settings. Facts that the server refuses to report are null. */
export async function readServerFacts(client: RedisClientType, commands: Capabilities): Promise<ServerFacts> {
  const readInfo = async (section: string) =>
    (await commands.attempt(ENGINE_COMMANDS.info, () => client.info(section))) ?? '';
  const [info, isCluster, advice] = await Promise.all([
    readInfo('server'),
    readInfo('cluster').then((text) => text.includes('cluster_enabled:1')),
    readReplicationAdvice(client, commands),
  ]);
  const version = /^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info);
  const kind = info.includes('valkey_version:') ? 'valkey' : 'redis';
  return { kind: info ? kind : null, version: version?.[1] ?? null, isCluster, advice };
}
