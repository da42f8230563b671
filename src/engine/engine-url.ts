import type { EngineKind, EngineTopology } from './engine.wire.js';

/** Where an engine is and how to talk to it, as one URL says it. */
export interface EngineAddress {
  kind: EngineKind;
  topology: EngineTopology;
  nodes: { host: string; port: number }[];
  /** Redis and Valkey only; 0 unless the path names another. */
  database: number;
  username?: string;
  password?: string;
}

/** A URL that names no engine we can use. The message says which part is wrong and what to write; it never repeats a password. */
export class EngineUrlError extends Error {
  readonly code = 'E_ENGINE_URL';
}

const SCHEMES =
  'Use redis://, valkey:// or memcached://, for example valkey://127.0.0.1:6379/0 or memcached://127.0.0.1:11211.';
const NOT_YET = /^(?:redis|valkey)(s?)(?:\+(sentinel|cluster))?$/;
const DEFAULT_PORT: Record<EngineKind, number> = { redis: 6379, valkey: 6379, memcached: 11211 };

/**
 * Reads `scheme://[user:password@]host[:port][,host[:port]...][/database]`.
 *
 * Not `new URL()`: it knows no list of hosts.
 *
 * @throws {EngineUrlError} naming the wrong part and what to write instead.
 */
export function parseEngineUrl(url: string): EngineAddress {
  const match = /^([^:/]+):\/\/(?:([^@/]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/.exec(url.trim());
  if (!match) throw new EngineUrlError(`is not a URL. ${SCHEMES}`);
  const [, scheme = '', credentials, hosts = '', path = '', query = ''] = match;
  const kind = readScheme(scheme);
  const nodes = hosts.split(',').map((host) => readNode(host, DEFAULT_PORT[kind]));
  if (kind !== 'memcached' && nodes.length > 1) {
    throw new EngineUrlError(
      `names ${nodes.length} hosts, but ${kind}:// is one standalone server. Name one.`,
    );
  }
  if (query) {
    const [parameter = ''] = query.split('=');
    throw new EngineUrlError(`has the parameter "${parameter}", which ${kind}:// does not take. Remove it.`);
  }
  return {
    kind,
    topology: 'standalone',
    nodes,
    database: readDatabase(kind, path),
    ...readCredentials(kind, credentials),
  };
}

function readScheme(scheme: string): EngineKind {
  if (scheme === 'redis' || scheme === 'valkey' || scheme === 'memcached') return scheme;
  const later = NOT_YET.exec(scheme);
  if (later) {
    const feature = later[2] ?? 'TLS';
    throw new EngineUrlError(`asks for ${feature} ("${scheme}"), which is not supported yet. ${SCHEMES}`);
  }
  throw new EngineUrlError(`has the scheme "${scheme}". ${SCHEMES}`);
}

function readNode(text: string, defaultPort: number): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? defaultPort);
  if (!match?.[1] || port < 1 || port > 65_535) {
    throw new EngineUrlError(
      `has no usable host and port in "${text}". Write host:port, for example 127.0.0.1:6379.`,
    );
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function readDatabase(kind: EngineKind, path: string): number {
  if (path === '') return 0;
  if (kind === 'memcached')
    throw new EngineUrlError(`has the path "/${path}", but Memcached has no databases. Remove it.`);
  const database = Number(path);
  if (!/^\d{1,3}$/.test(path)) {
    throw new EngineUrlError(`has the path "/${path}". Write a database number such as /0, or nothing.`);
  }
  return database;
}

function readCredentials(
  kind: EngineKind,
  text: string | undefined,
): { username?: string; password?: string } {
  if (text === undefined || text === '') return {};
  if (kind === 'memcached')
    throw new EngineUrlError('has credentials, which Memcached does not take here. Remove them.');
  const separator = text.indexOf(':');
  if (separator === -1) {
    throw new EngineUrlError('has a user but no password. Write user:password@host, or :password@host.');
  }
  try {
    const username = decodeURIComponent(text.slice(0, separator));
    return { ...(username && { username }), password: decodeURIComponent(text.slice(separator + 1)) };
  } catch {
    throw new EngineUrlError('has a password with a stray "%". Percent-encode it (encodeURIComponent).');
  }
}

/** How logs and health name an engine: everything but the secrets. */
export function describeAddress({ kind, nodes, database }: EngineAddress): string {
  const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  return `${kind}://${hosts}${kind === 'memcached' ? '' : `/${database}`}`;
}
