import { chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, urlCredentials } from '../security/access.js';
import type { EngineSetup } from './engine-setup.js';
import { type LocalServer, type ServerDefinition, startServer } from '../processes/local-server.js';
import { sendOnce, type Reply, type RedisAddress } from './redis-connection.js';
import { tlsParameters, type TlsFiles, tlsSettings, writeSecret } from '../security/tls-files.js';

/** A server that accepts Redis commands: a standalone engine, a node of a stack or a sentinel. */
export interface LocalEngine extends LocalServer {
  readonly tls: TlsFiles | undefined;
  /** Sends one command as the administrator. Rejects with the server's error, or after 2 s without an answer. */
  command(...command: string[]): Promise<Reply>;
}

/** A line of a configuration file. */
export type Setting = readonly [name: string, ...values: string[]];

/** Settings of every server, in all topologies. */
export function commonSettings(
  { access, tls, users }: EngineSetup,
  port: number,
  role: keyof NonNullable<EngineSetup['users']> = 'data',
): Setting[] {
  const { operator } = access;
  return [
    ['bind', '127.0.0.1'],
    ['daemonize', 'no'],
    ...(tls ? tlsSettings(tls, port) : [['port', `${port}`] as const]),
    ...(users ? [['aclfile', users[role]] as const] : []),
    ...(operator && !users ? [['requirepass', operator.password] as const] : []),
  ];
}

/** Further settings of servers that hold data. */
export const DATA_SETTINGS: readonly Setting[] = [
  ['save', ''],
  ['maxmemory-policy', 'noeviction'],
];

/** For example `valkeys+cluster`. */
function scheme({ program, tls }: EngineSetup, topology?: 'sentinel' | 'cluster'): string {
  return `${program.kind}${tls ? 's' : ''}${topology ? `+${topology}` : ''}`;
}

/** For example `rediss://app:password@127.0.0.1:6379/0?ca=FILE`. */
export function engineUrl(setup: EngineSetup, hosts: readonly number[], options: UrlOptions = {}): string {
  const { topology, path = '/0', parameters = [] } = options;
  const query = [...parameters, ...tlsParameters(setup.tls)].join('&');
  const authority = hosts.map((port) => `127.0.0.1:${port}`).join(',');
  const credentials = urlCredentials(setup.access.application);
  return `${scheme(setup, topology)}://${credentials}${authority}${path}${query && `?${query}`}`;
}

export interface UrlOptions {
  readonly topology?: 'sentinel' | 'cluster';
  readonly path?: string;
  readonly parameters?: readonly string[];
}

export interface NodeOptions {
  readonly command: (port: number) => readonly string[];
  readonly ready: RegExp;
  readonly port?: number;
  readonly cwd?: string;
  readonly dispose?: () => Promise<void>;
}

/** Starts one server. Resolves when its log has a line that matches `ready`. */
export async function startNode(setup: EngineSetup, options: NodeOptions): Promise<LocalEngine> {
  const { command, ready, port, cwd = tmpdir(), dispose } = options;
  const definition: ServerDefinition = {
    name: setup.program.name,
    version: setup.version,
    url: (port) => engineUrl(setup, [port]),
    command: (port) => ({
      program: setup.program.path,
      args: command(port),
      graceSeconds: 3,
      account: setup.account,
      cwd,
      onLine: setup.onLine,
    }),
    // Read from its own log: a PING could be answered by another server that took the port.
    ready: (process) => process.logged(ready),
    readyWithinSeconds: 10,
    remedy: `Try to run "${setup.program.path}" in a shell.`,
    ...(port && { port }),
    ...(dispose && { dispose }),
  };
  const server = await startServer(definition);
  return Object.assign(server, {
    tls: setup.tls,
    command: (...command: string[]) => sendOnce(addressOf(setup, server.port), ...command),
  });
}

export function addressOf(setup: EngineSetup, port: number): RedisAddress {
  return { port, credentials: setup.access.operator, tls: setup.tls };
}

/** Converts settings to command line arguments, for a server without a configuration file. */
export function asArguments(settings: readonly Setting[]): string[] {
  return settings.flatMap(([name, ...values]) => [`--${name}`, ...values]);
}

/** Creates the directory of a node. Only the node may write there. A retry on another port finds it. */
export async function makeDirectoryOf({ directory, account }: EngineSetup, node: string): Promise<string> {
  const path = join(directory ?? '', node);
  await mkdir(path, { mode: 0o700, recursive: true });
  if (account) await chown(path, account.uid, account.gid);
  return path;
}

/**
 * Creates a directory for one node, with its configuration. The node may rewrite the file: Sentinel makes role changes permanent there.
 * A cluster node keeps `nodes.conf` in the same directory.
 */
export async function makeNodeDirectory(
  setup: EngineSetup,
  name: string,
  settings: readonly Setting[],
): Promise<{ path: string; configuration: string }> {
  const path = await makeDirectoryOf(setup, name);
  const lines = [['dir', path] as const, ...settings].map((line) => line.map(quoteIfNeeded).join(' '));
  const text = `${lines.join('\n')}\n`;
  return { path, configuration: await writeSecret(join(path, 'node.conf'), text, setup.account) };
}

/** Settings with which a node signs in to another one. */
export function credentialSettings(
  names: readonly [user: string, password: string],
  credentials: Credentials | undefined,
): Setting[] {
  if (!credentials) return [];
  const { username, password } = credentials;
  return [...(username ? [[names[0], username] as const] : []), [names[1], password]];
}

function quoteIfNeeded(word: string): string {
  return /^[\w.:/+@|-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
