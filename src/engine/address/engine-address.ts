import type { RedisClientOptions } from 'redis';
import type { EngineKind, EngineTopology } from '../engine.wire.js';

/** Files and server name of a TLS connection. All are optional. */
export interface TlsSettings {
  /** Certificate authorities, PEM. Default: those of the system. */
  ca?: string;
  /** Client certificate and its key, PEM, for servers that require one. */
  cert?: string;
  key?: string;
  /** The name that the server's certificate must contain. Default: the host. */
  servername?: string;
}

/** How a connection signs in. At most one of `password`, `passwordFile` and `iam` is set. */
export interface EngineLogin {
  /** Default: the server's user `default`. */
  username?: string;
  password?: string;
  /** The file with the password. It is read again for every connection. */
  passwordFile?: string;
  iam?: IamSettings;
}

/** Tokens of AWS IAM instead of a password. */
export interface IamSettings {
  /** The name of the replication group or of the serverless cache. */
  cache: string;
  region: string;
  isServerless: boolean;
  /** How long a token is valid: at most 900 s. A connection signs in again with a new one before that. */
  tokenSeconds: number;
}

/** A parsed engine URL; see {@link parseEngineUrl}. */
export interface EngineAddress extends EngineLogin {
  kind: EngineKind;
  topology: EngineTopology;
  /** Standalone: the server. Sentinel: the sentinels. Cluster: nodes that know the others. Memcached: the servers. */
  nodes: EngineNode[];
  /** Redis and Valkey only. Default: 0. */
  database: number;
  /** The name of the primary in the configuration of the sentinels. */
  primaryName?: string;
  /** Default: the sentinels get the same credentials as the servers. */
  sentinel?: EngineLogin;
  tls?: TlsSettings;
  /** The options of a node-redis client, in the place of `tls` and the login; see `engineAddressOf`. */
  client?: ClientSettings;
}

/** How a node-redis client connects and signs in. */
export interface ClientSettings {
  socket: NonNullable<RedisClientOptions['socket']>;
  provider: NonNullable<RedisClientOptions['credentialsProvider']>;
}

export interface EngineNode {
  host: string;
  port: number;
}

/**
 * The URL is not a usable engine URL. The message names the wrong part and what to write instead, as a predicate after the name of the
 * setting. It never repeats hosts or path: a password that is not percent-encoded looks like one of them.
 */
export class EngineUrlError extends Error {
  readonly code = 'E_ENGINE_URL';
}

/** The URL without credentials and parameters, for logs and health. */
export function describeAddress({ kind, topology, nodes, database, tls }: EngineAddress): string {
  const scheme = `${kind}${tls ? 's' : ''}${topology === 'standalone' ? '' : `+${topology}`}`;
  const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  return `${scheme}://${hosts}${kind === 'memcached' || topology === 'cluster' ? '' : `/${database}`}`;
}
