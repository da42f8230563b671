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

/** A parsed engine URL; see {@link parseEngineUrl}. */
export interface EngineAddress {
  kind: EngineKind;
  topology: EngineTopology;
  /** Standalone: the server. Sentinel: the sentinels. Cluster: nodes that know the others. Memcached: the servers. */
  nodes: EngineNode[];
  /** Redis and Valkey only. Default: 0. */
  database: number;
  username?: string;
  password?: string;
  /** The name of the primary in the configuration of the sentinels. */
  primaryName?: string;
  tls?: TlsSettings;
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
