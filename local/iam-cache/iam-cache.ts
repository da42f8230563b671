import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { LocalEngine } from '../engines/redis-node.js';
import { IamConnection, type IamGate } from './iam-connection.js';
import { type TokenRules, whyRefused } from './token-check.js';

export interface IamCacheOptions extends Omit<TokenRules, 'user' | 'isServerless'> {
  /** A server that was started with `acl` and `tls`. Its user `app` is the user that signs in with tokens. */
  readonly target: LocalEngine;
  readonly isServerless?: boolean;
  /** A connection is closed this long after it signed in for the last time. ElastiCache: 12 hours. */
  readonly sessionSeconds: number;
}

/** Stands in for an ElastiCache cache with IAM: a TLS proxy that accepts tokens and signs in to a real server with a password. */
export interface IamCache {
  readonly port: number;
  /** `valkeys://app@127.0.0.1:PORT/0?auth=iam&cache=...`, with the lifetime of the tokens. */
  readonly url: string;
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Tokens accepted since the start, those of open connections included. */
  readonly signIns: number;
  /** Why tokens were refused, in order. */
  readonly refusals: readonly string[];
  /** Connections that were closed because they did not sign in again. */
  readonly expired: number;
  stop(): Promise<void>;
}

/** Starts the stand-in on a free loopback port. It does not stop the real server. */
export async function startIamCache(options: IamCacheOptions): Promise<IamCache> {
  const cache = new RunningIamCache(options);
  await cache.listen();
  return cache;
}

class RunningIamCache implements IamCache, IamGate {
  port = 0;
  connections = 0;
  signIns = 0;
  expired = 0;
  readonly refusals: string[] = [];
  readonly login: { username: string; password: string };
  private readonly open = new Set<IamConnection>();
  private server: Server | undefined;

  constructor(private readonly options: IamCacheOptions) {
    const { username, password } = new URL(options.target.url);
    this.login = { username, password: decodeURIComponent(password) };
  }

  get sessionSeconds(): number {
    return this.options.sessionSeconds;
  }

  get target(): LocalEngine {
    return this.options.target;
  }

  get url(): string {
    const { cache, region, tokenSeconds, isServerless, target } = this.options;
    const iam = `auth=iam&cache=${cache}&region=${region}&token-seconds=${tokenSeconds}`;
    return target.url
      .replace(/\/\/.*@/, `//${this.login.username}@`)
      .replace(`:${target.port}`, `:${this.port}`)
      .concat(`&${iam}${isServerless ? '&serverless=true' : ''}`);
  }

  async accepts(username: string, token: string): Promise<boolean> {
    const { isServerless = false } = this.options;
    const rules = { ...this.options, isServerless, user: this.login.username };
    const problem = await whyRefused(token, username, rules);
    if (problem) this.refusals.push(problem);
    else this.signIns++;
    return !problem;
  }

  handleExpiry(): void {
    this.expired++;
  }

  async listen(): Promise<void> {
    const { tls } = this.target;
    if (!tls) throw new Error('ElastiCache accepts tokens over TLS only. Start the server with tls.');
    const [cert, key, ca] = await Promise.all(
      [tls.server.cert, tls.server.key, tls.ca].map((file) => readFile(file)),
    );
    const server = createServer({ cert, key }, (client) => this.accept(client, ca as Buffer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  stop(): Promise<void> {
    this.server?.close();
    for (const connection of this.open) connection.close();
    return Promise.resolve();
  }

  private accept(client: TLSSocket, ca: Buffer): void {
    this.connections++;
    const connection = new IamConnection(client, ca, this);
    this.open.add(connection);
    client.once('close', () => this.open.delete(connection));
  }
}
