import { chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, urlCredentials } from '../security/access.js';
import type { EngineHome } from './engine-home.js';
import { type LocalServer, type ServerRecipe, startServer } from '../processes/local-server.js';
import { sendOnce, type Reply, type RedisAddress } from './redis-connection.js';
import { tlsParameters, type TlsFiles, tlsSettings, writeSecret } from '../security/tls-files.js';

/** A server that understands commands: a standalone engine, a node of a stack or a sentinel. */
export interface LocalEngine extends LocalServer {
  readonly tls: TlsFiles | undefined;
  /** Sends one command as an administrator. Rejects with what the server says, or when it is silent for 2 s. */
  command(...command: string[]): Promise<Reply>;
}

/** A line of a configuration file. */
export type Setting = readonly [name: string, ...values: string[]];

/** What a server is told, whatever its topology. */
export function usualSettings(
  { access, tls, users }: EngineHome,
  port: number,
  role: keyof NonNullable<EngineHome['users']> = 'data',
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

/** What a server that holds data is told besides. */
export const DATA_SETTINGS: readonly Setting[] = [
  ['save', ''],
  ['maxmemory-policy', 'noeviction'],
];

/** e.g. `valkeys+cluster`. */
export function scheme({ program, tls }: EngineHome, topology?: 'sentinel' | 'cluster'): string {
  return `${program.kind}${tls ? 's' : ''}${topology ? `+${topology}` : ''}`;
}

/** `redis://app:password@127.0.0.1:port/0?ca=FILE` of whatever home it is. */
export function engineUrl(home: EngineHome, hosts: readonly number[], options: UrlOptions = {}): string {
  const { topology, path = '/0', parameters = [] } = options;
  const query = [...parameters, ...tlsParameters(home.tls)].join('&');
  const authority = hosts.map((port) => `127.0.0.1:${port}`).join(',');
  const credentials = urlCredentials(home.access.application);
  return `${scheme(home, topology)}://${credentials}${authority}${path}${query && `?${query}`}`;
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

/** Runs the home's program. */
export async function startNode(home: EngineHome, options: NodeOptions): Promise<LocalEngine> {
  const { command, ready, port, cwd = tmpdir(), dispose } = options;
  const recipe: ServerRecipe = {
    name: home.program.name,
    version: home.version,
    url: (port) => engineUrl(home, [port]),
    command: (port) => ({
      program: home.program.path,
      args: command(port),
      graceSeconds: 3,
      account: home.account,
      cwd,
    }),
    // Its own log, because a PING may be answered by whoever took the port.
    ready: (process) => process.logged(ready),
    readyWithinSeconds: 10,
    remedy: `Does "${home.program.path}" run by itself?`,
    ...(port && { port }),
    ...(dispose && { dispose }),
  };
  const server = await startServer(recipe);
  return Object.assign(server, {
    tls: home.tls,
    command: (...command: string[]) => sendOnce(addressOf(home, server.port), ...command),
  });
}

export function addressOf(home: EngineHome, port: number): RedisAddress {
  return { port, credentials: home.access.operator, tls: home.tls };
}

/** Settings as a command line, for a server without a file. */
export function asArguments(settings: readonly Setting[]): string[] {
  return settings.flatMap(([name, ...values]) => [`--${name}`, ...values]);
}

/**
 * A directory of the node's own with its configuration, which the node may rewrite: a sentinel turns
 * primaries into replicas for good that way, and a cluster's node keeps its view there.
 */
export async function makeNodeDirectory(
  home: EngineHome,
  name: string,
  settings: readonly Setting[],
): Promise<{ path: string; configuration: string }> {
  const path = join(home.directory ?? '', name);
  // It may be there from an attempt on a port that was taken.
  await mkdir(path, { mode: 0o700, recursive: true });
  if (home.account) await chown(path, home.account.uid, home.account.gid);
  const lines = [['dir', path] as const, ...settings].map((line) => line.map(quoteIfNeeded).join(' '));
  const text = `${lines.join('\n')}\n`;
  return { path, configuration: await writeSecret(join(path, 'node.conf'), text, home.account) };
}

/** Settings with which a node can ask another for its data. */
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
