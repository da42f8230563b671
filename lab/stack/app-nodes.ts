import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { appEnvironment, startAppNode } from '../../local/launcher/app/app-nodes.js';
import { freePort } from '../../local/machine/free-port.js';
import type { GuardedProcess } from '../../local/processes/guarded-process.js';
import type { Readiness } from '../../src/http/health/health.wire.js';
import type { LookupTrace } from '../../src/query-cache/query-cache.wire.js';
import { Control } from './control.js';
import { queriesOf } from './query-count.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const READY_WITHIN_MS = 30_000;
const CHECK_EVERY_MS = 50;
const SAMPLE_WITHIN_MS = 1_000;
const COUNT_WITHIN_MS = 10_000;
/** What a line of an app node contains if it has met an error that it did not expect. */
export const STRAY_ERROR = /unhandled|uncaught|TypeError|\bFATAL\b/i;

/** The lab sends all requests from one address. */
export const LIMITS = { SIGN_UPS_PER_ADDRESS: '100000', SESSIONS_PER_ACCOUNT: '100' };

type WaitsFor = 'ready' | 'listening';

interface Node {
  readonly url: string;
  readonly process: GuardedProcess;
  /** It gets no new requests: it stops, or is isolated. */
  isOutOfRotation: boolean;
}

/** What a load needs to know of the application. */
export type App = Pick<AppNodes, 'urls' | 'control' | 'gameServer' | 'sampleQueries'>;

/** Nodes of the built application, each in a process of its own. They share servers and keys. */
export class AppNodes {
  /** Excuses what the machine is too busy for. Not started yet. */
  readonly control = new Control(() => this.serving.map(({ url, process: { pid } }) => ({ url, pid })));
  private isStopped = false;
  private readonly nodes: Node[] = [];
  private readonly lines: string[] = [];
  private readonly ends: string[] = [];
  /** By node and table. */
  private readonly lastCounts = new Map<string, number>();
  private readonly environment: NodeJS.ProcessEnv;

  private constructor(
    { database, engine, settings = {} }: AppServers,
    private readonly waitsFor: WaitsFor,
  ) {
    // Without the developer's settings. They would also come from .env if these were unset.
    const given = { PATH: process.env['PATH'], ...LIMITS, ...enginesAt(engine) };
    this.environment = {
      ...appEnvironment({ database, engine, cacheEngine: undefined }, given),
      ...settings,
    };
  }

  /** Resolves when all nodes are ready. With wrong settings they only listen. */
  static async start(servers: AppServers, nodes: number, waitsFor: WaitsFor = 'ready'): Promise<AppNodes> {
    const app = new AppNodes(servers, waitsFor);
    try {
      await Promise.all(Array.from({ length: nodes }, () => app.add()));
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  /** Where a load balancer would send requests. */
  get urls(): string[] {
    return this.serving.map(({ url }) => url);
  }

  /** Rejections that nothing handled, and nodes that ended by themselves. Neither is expected. */
  get unexpected(): readonly string[] {
    return [...this.lines.filter((line) => STRAY_ERROR.test(line)), ...this.ends];
  }

  /** All output of all nodes. */
  get log(): string {
    return this.lines.join('\n');
  }

  /** The health report of a node, or of the first one. */
  async readiness(url = this.urls[0]): Promise<Readiness> {
    return (await (await fetch(`${url}/health/ready`)).json()) as Readiness;
  }

  get gameServer(): Record<string, string> {
    return { authorization: `Bearer ${this.environment['GAME_SERVER_KEY']}` };
  }

  private get operator(): Record<string, string> {
    return { authorization: `Bearer ${this.environment['OPERATOR_KEY']}` };
  }

  /** Invalidates answers of the query cache on all nodes: `{ query, args }` one of them, `{ all: true }` all. */
  async invalidate(invalidation: object): Promise<void> {
    const response = await fetch(`${this.urls[0]}/api/query-cache/invalidations`, {
      method: 'POST',
      headers: { ...this.operator, 'content-type': 'application/json' },
      body: JSON.stringify(invalidation),
    });
    const { isConfirmed } = (await response.json()) as { isConfirmed?: boolean };
    if (!isConfirmed) throw new Error(`POST /api/query-cache/invalidations answered ${response.status}.`);
  }

  /** The newest lookups on a node, newest first. */
  async traces(url: string, limit: number): Promise<LookupTrace[]> {
    const response = await fetch(`${url}/api/query-cache/traces?limit=${limit}`, { headers: this.operator });
    return (await response.json()) as LookupTrace[];
  }

  /** Adds a node. Resolves with its URL when it is ready. These settings replace those of the other nodes. */
  async add(settings: NodeJS.ProcessEnv = {}): Promise<string> {
    const port = await freePort();
    const process = await startAppNode(port, {
      root,
      watch: false,
      debug: false,
      environment: { ...this.environment, ...settings },
      onLine: (line) => void this.lines.push(line),
    });
    const node: Node = { url: `http://127.0.0.1:${port}`, process, isOutOfRotation: false };
    void this.watch(node);
    try {
      await (this.waitsFor === 'ready' ? untilReady(node) : process.logged(/Listening on/));
      if (this.isStopped) throw new Error('The app was stopped while one of its nodes started.');
    } catch (error) {
      node.isOutOfRotation = true;
      await process.stop();
      throw error;
    }
    this.nodes.push(node);
    return node.url;
  }

  /** Sends SIGTERM to a node. It gets no new requests once its health says that it stops. Resolves when it has ended. */
  async retire(url: string): Promise<void> {
    const node = this.nodeAt(url);
    const ended = node.process.stop();
    while (!node.isOutOfRotation) {
      const isReady = await fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) await wait(CHECK_EVERY_MS);
      else node.isOutOfRotation = true;
    }
    const { code, text } = await ended;
    if (code !== 0) this.ends.push(`The app node at ${url} ${text}.`);
  }

  /** The node runs on, and gets no new requests until it rejoins. */
  isolate(url: string): void {
    this.nodeAt(url).isOutOfRotation = true;
  }

  /** Resolves when the isolated node is ready and gets requests again. */
  async rejoin(url: string): Promise<void> {
    const node = this.nodeAt(url);
    await untilReady(node);
    node.isOutOfRotation = false;
  }

  /** SQL statements of all nodes so far, on all tables or on one. @throws if a node does not answer */
  async countQueries(table?: string): Promise<number> {
    const scrape = { withinMs: COUNT_WITHIN_MS, headers: this.operator, table };
    return sum(await Promise.all(this.nodes.map((node) => queriesOf(node.url, scrape))));
  }

  /** The same for a timeline: a node that does not answer counts as before. */
  async sampleQueries(table?: string): Promise<number> {
    const scrape = { withinMs: SAMPLE_WITHIN_MS, headers: this.operator, table };
    const counts = this.nodes.map(async (node) => {
      const name = `${node.url} ${table}`;
      const last = this.lastCounts.get(name) ?? 0;
      const count = await queriesOf(node.url, scrape).catch(() => last);
      this.lastCounts.set(name, count);
      return count;
    });
    return sum(await Promise.all(counts));
  }

  /** Kills all nodes. Open requests get no answer. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.control.stop();
    for (const node of this.nodes) {
      node.isOutOfRotation = true;
      node.process.signal('SIGKILL');
    }
    await Promise.all(this.nodes.map(({ process }) => process.exited));
  }

  private get serving(): readonly Node[] {
    return this.nodes.filter(({ isOutOfRotation }) => !isOutOfRotation);
  }

  private async watch(node: Node): Promise<void> {
    const { text } = await node.process.exited;
    if (!node.isOutOfRotation) this.ends.push(`The app node at ${node.url} ${text}.`);
  }

  private nodeAt(url: string): Node {
    const node = this.nodes.find((one) => one.url === url);
    if (!node) throw new Error(`There is no app node at ${url}.`);
    return node;
  }
}

export interface AppServers {
  /** URL of PostgreSQL. */
  readonly database: string;
  /** URL of the engine of all use cases. */
  readonly engine: string;
  /** Replace the usual settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Settings: one engine for all use cases. */
export function enginesAt(url: string): Record<string, string> {
  return { SESSION_ENGINE_URL: url, CACHE_ENGINE_URL: url, LEADERBOARD_ENGINE_URL: url };
}

async function untilReady({ url, process }: Node): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && process.running) {
    const status = await fetch(`${url}/health/ready`).then(
      async (response) => ((await response.json()) as Readiness).status,
      () => 'unavailable',
    );
    if (status === 'ok') return;
    await wait(CHECK_EVERY_MS);
  }
  throw new Error(`An app node was not ready within ${READY_WITHIN_MS / 1000} s. It said: ${process.log}`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
