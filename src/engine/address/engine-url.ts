import { isIPv6 } from 'node:net';
import type { EngineKind, EngineTopology } from '../engine.wire.js';
import {
  type EngineAddress,
  type EngineLogin,
  type EngineNode,
  EngineUrlError,
  type TlsSettings,
} from './engine-address.js';
import { LOGIN_PARAMETERS, readLogin, readSentinelLogin, SENTINEL_LOGIN_PARAMETERS } from './engine-login.js';

interface Scheme {
  text: string;
  kind: EngineKind;
  topology: EngineTopology;
  tls: boolean;
}

const EXAMPLES =
  'Use redis://, valkey:// or memcached://, or with TLS rediss://, valkeys:// or memcacheds://, for example ' +
  'valkey://127.0.0.1:6379/0, redis+sentinel://host:26379/0?name=primary, valkey+cluster://host:6379 or ' +
  'memcached+discovery://host:11211.';
const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;

/**
 * Parses `scheme://[user[:password]@]host[:port][,host[:port]...][/database][?name=...&ca=...]`, where the scheme is
 * `(redis|valkey)[s][+sentinel|+cluster]` or `memcached[s][+discovery]`, in lower or upper case.
 *
 * `new URL()` cannot parse a list of hosts.
 *
 * @throws {EngineUrlError} naming the wrong part and what to write instead.
 */
export function parseEngineUrl(url: string): EngineAddress {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:([^@/]*)@)?(.*)$/i.exec(url.trim());
  const [, schemeText = '', credentials, rest = ''] = match ?? [];
  if (rest.includes('@')) {
    throw new EngineUrlError(
      'has an "@" or "/" in the wrong place. Percent-encode the password (encodeURIComponent), and "@" as %40 elsewhere.',
    );
  }
  const parts = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(rest);
  if (!match || !parts) throw new EngineUrlError(`is not a URL. ${EXAMPLES}`);
  const [, hosts = '', path = '', query = ''] = parts;
  const scheme = readScheme(schemeText);
  // A "+" is a plus sign here, as in passwords and file names, and not a space.
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'));
  checkParameters(scheme, parameters);
  return {
    kind: scheme.kind,
    topology: scheme.topology,
    nodes: readNodes(scheme, hosts),
    database: readDatabase(scheme, path),
    ...readLogin(scheme, credentials, parameters),
    ...(scheme.topology === 'sentinel' && readSentinels(parameters)),
    ...(scheme.tls && { tls: readTls(parameters) }),
  };
}

function readScheme(written: string): Scheme {
  // RFC 3986, section 3.1: schemes are case-insensitive.
  const text = written.toLowerCase();
  const match =
    /^(redis|valkey)(s?)(?:\+(sentinel|cluster))?$/.exec(text) ??
    /^(memcached)(s?)(?:\+(discovery))?$/.exec(text);
  if (!match) throw new EngineUrlError(`has the scheme "${text}". ${EXAMPLES}`);
  return {
    text,
    kind: match[1] as EngineKind,
    topology: (match[3] as EngineTopology | undefined) ?? 'standalone',
    tls: match[2] === 's',
  };
}

function readNodes({ text, kind, topology }: Scheme, hosts: string): EngineNode[] {
  const defaultPort = kind === 'memcached' ? 11_211 : topology === 'sentinel' ? 26_379 : 6379;
  const nodes = hosts.split(',').map((host) => readNode(host, defaultPort));
  if (kind !== 'memcached' && topology === 'standalone' && nodes.length > 1) {
    throw new EngineUrlError(
      `names ${nodes.length} hosts, but ${text}:// is one server. Name one, or write ${text}+sentinel:// or ${text}+cluster://.`,
    );
  }
  if (topology === 'discovery' && nodes.length > 1) {
    throw new EngineUrlError(
      `names ${nodes.length} hosts, but ${text}:// needs the configuration endpoint alone. Name it, or write memcached:// with all nodes.`,
    );
  }
  return nodes;
}

function readNode(text: string, defaultPort: number): EngineNode {
  const match = /^(?:([\w.-]+)|\[([^\]]+)\])(?::(\d{1,5}))?$/.exec(text);
  const [, name, ipv6 = '', portText = defaultPort] = match ?? [];
  const port = Number(portText);
  if (!match || !(name || isIPv6(ipv6)) || port < 1 || port > 65_535) {
    throw new EngineUrlError(
      `has no usable host and port. Write host:port, for example 127.0.0.1:${defaultPort} or [::1]:${defaultPort}.`,
    );
  }
  return { host: name ?? ipv6, port };
}

function readDatabase({ kind, topology }: Scheme, path: string): number {
  if (path === '') return 0;
  if (kind === 'memcached') {
    throw new EngineUrlError('has a path after the hosts, but Memcached has no databases. Remove it.');
  }
  if (!/^\d{1,3}$/.test(path)) {
    throw new EngineUrlError('has a path that is not a database number. Write for example /0, or nothing.');
  }
  if (topology === 'cluster' && path !== '0') {
    throw new EngineUrlError('has a path, but a cluster has database 0 only. Remove it.');
  }
  return Number(path);
}

function readSentinels(parameters: URLSearchParams): { primaryName: string; sentinel?: EngineLogin } {
  const primaryName = parameters.get('name');
  if (!primaryName) {
    throw new EngineUrlError(
      `does not name the primary that the sentinels watch. Add ?name=NAME, for example ?name=primary.`,
    );
  }
  const sentinel = readSentinelLogin(parameters);
  return { primaryName, ...(sentinel && { sentinel }) };
}

function checkParameters(scheme: Scheme, parameters: URLSearchParams): void {
  const supported = new Set<string>([
    ...(scheme.kind === 'memcached' ? [] : LOGIN_PARAMETERS),
    ...(scheme.topology === 'sentinel' ? ['name', ...SENTINEL_LOGIN_PARAMETERS] : []),
    ...(scheme.tls ? TLS_PARAMETERS : []),
  ]);
  for (const name of parameters.keys()) {
    if (!supported.has(name)) throw unsupportedParameter(scheme, name);
    if (parameters.getAll(name).length > 1) {
      throw new EngineUrlError(`has the parameter "${name}" more than once. Keep one of them.`);
    }
    if (!parameters.get(name)) {
      throw new EngineUrlError(`has the parameter "${name}" without a value. Give it one, or remove it.`);
    }
  }
}

function unsupportedParameter({ text, kind }: Scheme, name: string): EngineUrlError {
  const isForTls = (TLS_PARAMETERS as readonly string[]).includes(name);
  const remedy = isForTls ? `Write ${kind}s for TLS, or remove it.` : 'Remove it.';
  return new EngineUrlError(`has the parameter "${name}", which ${text}:// does not support. ${remedy}`);
}

function readTls(parameters: URLSearchParams): TlsSettings {
  const tls: TlsSettings = {};
  for (const name of TLS_PARAMETERS) {
    const value = parameters.get(name);
    if (value) tls[name] = value;
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new EngineUrlError('has only one of cert and key. A client certificate needs both.');
  }
  return tls;
}
