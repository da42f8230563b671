import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { GuardedProcess } from '../processes/guarded-process.js';
import { type LocalServer, startServer } from '../processes/local-server.js';
import { tlsParameters, type TlsFiles } from '../security/tls-files.js';
import type { EngineSetup } from './engine-setup.js';

/** A Memcached server. */
export interface LocalMemcached extends LocalServer {
  readonly tls: TlsFiles | undefined;
}

export interface MemcachedNodeOptions {
  /** Further command line arguments. */
  readonly settings?: readonly string[];
  readonly dispose?: () => Promise<void>;
}

/** Starts one server. Resolves when it answers. */
export async function startMemcachedNode(
  setup: EngineSetup,
  { settings = [], dispose }: MemcachedNodeOptions = {},
): Promise<LocalMemcached> {
  const server = await startServer({
    name: setup.program.name,
    version: setup.version,
    url: (port) => memcachedUrl(setup.tls, [port]),
    command: (port) => ({
      program: setup.program.path,
      args: [
        '--port',
        `${port}`,
        '--listen',
        '127.0.0.1',
        ...userSettings(),
        ...tlsSettings(setup.tls),
        ...settings,
      ],
      graceSeconds: 3,
      account: setup.account,
      cwd: tmpdir(),
      onLine: setup.onLine,
    }),
    ready: async (process, port) => {
      while (!(await answers(process, port, setup.tls))) {
        if (!process.running) throw new Error('The process exited.');
        await wait(10);
      }
    },
    readyWithinSeconds: 10,
    remedy: `Try to run "${setup.program.path}" in a shell.`,
    ...(dispose && { dispose }),
  });
  return Object.assign(server, { tls: setup.tls });
}

/** For example `memcacheds://127.0.0.1:11211?ca=FILE`. */
export function memcachedUrl(tls: TlsFiles | undefined, ports: readonly number[], topology = ''): string {
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const query = tlsParameters(tls).join('&');
  return `memcached${tls ? 's' : ''}${topology}://${hosts}${query && `?${query}`}`;
}

/** Memcached refuses to run as root without this option. When it already runs as another user it ignores it. */
function userSettings(): string[] {
  return process.getuid?.() === 0 ? ['--user', 'root'] : [];
}

function tlsSettings(tls: TlsFiles | undefined): string[] {
  if (!tls) return [];
  const settings = {
    ssl_chain_cert: tls.server.cert,
    ssl_key: tls.server.key,
    ssl_ca_cert: tls.ca,
    // 0 = no client certificate, 2 = a client certificate is required.
    ssl_verify_mode: tls.clientCertificates ? 2 : 0,
  };
  const list = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return ['--enable-ssl', '--extended', list.join(',')];
}

/** Memcached logs nothing when it is ready. Its statistics contain its pid, so another server on this port is not mistaken for it. */
function answers(process: GuardedProcess, port: number, tls: TlsFiles | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(port, tls);
    const finish = (isOurs: boolean): void => {
      socket.destroy();
      resolve(isOurs);
    };
    let answer = '';
    socket.setEncoding('latin1').setTimeout(1000);
    socket.once('error', () => finish(false)).once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.includes('END\r\n')) finish(answer.includes(`STAT pid ${process.pid}\r\n`));
    });
    socket.write('stats\r\n');
  });
}

function connectTo(port: number, tls: TlsFiles | undefined): Socket {
  const address = { host: '127.0.0.1', port };
  if (!tls) return connectPlain(address);
  const { cert, key } = tls.client;
  // Tests start servers with a wrong name or an expired certificate.
  return connectTls({
    ...address,
    cert: readFileSync(cert),
    key: readFileSync(key),
    rejectUnauthorized: false,
  });
}
