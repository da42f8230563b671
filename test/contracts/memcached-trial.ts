import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  type FaultProxy,
  type LocalServer,
  type MemcachedCluster,
  startFaultProxy,
  startMemcachedCluster,
  type TlsOptions,
} from '../../local/index.js';
import { MemcachedEngine, parseEngineUrl } from '../../src/engine/index.js';
import { until } from '../support/until.js';
import { outcomeOf } from './engine-trial.js';

export const DEADLINE_MS = 1_000;
export const SHORT_DEADLINE_MS = 200;
/** Tolerance: timers are not exact. */
export const LATE_MS = 50;

export interface MemcachedSetup {
  nodes: number;
  tls?: TlsOptions;
  /** The engine finds the nodes through their configuration endpoint. */
  isDiscovered?: boolean;
}

/** Shared by the tests of the Memcached contract: the servers, one engine, and keys with a prefix per test. */
export class MemcachedTrial {
  servers: readonly LocalServer[] = [];
  private started: MemcachedCluster | undefined;
  prefix = '';
  private shared: MemcachedEngine | undefined;
  private readonly closing: (() => unknown)[] = [];

  /** Registers hooks in the surrounding `describe`. */
  constructor(readonly setup: MemcachedSetup) {
    beforeAll(async () => {
      this.started = await startMemcachedCluster(setup);
      this.servers = this.started.nodes;
      this.shared = this.connect(setup.isDiscovered ? this.cluster.url : this.servers);
      this.closing.length = 0;
      await until(() => this.engine.isReady);
    });
    beforeEach(async () => {
      this.prefix = randomUUID();
      await until(async () =>
        (await Promise.all(this.keys(20).map((key) => outcomeOf(this.set(key, ''))))).every(isDone),
      );
    });
    afterEach(async () => {
      for (const close of this.closing.splice(0).toReversed()) await close();
    });
    afterAll(async () => {
      this.shared?.close();
      await this.started?.stop();
    });
  }

  get engine(): MemcachedEngine {
    if (!this.shared) throw new Error('The engine is not connected yet.');
    return this.shared;
  }

  get cluster(): MemcachedCluster {
    if (!this.started) throw new Error('The servers are not started yet.');
    return this.started;
  }

  /** An engine on the same servers, or on those of a URL. It is closed after the test. */
  connect(
    to: string | readonly { port: number }[] = this.servers,
    deadlineMs = DEADLINE_MS,
  ): MemcachedEngine {
    const url = typeof to === 'string' ? to : this.urlOf(to);
    const engine = new MemcachedEngine(parseEngineUrl(url), deadlineMs);
    engine.start();
    this.afterTest(() => engine.close());
    return engine;
  }

  /** One proxy per server. They are stopped after the test. */
  async startProxies(): Promise<FaultProxy[]> {
    const proxies = await Promise.all(this.servers.map((target) => startFaultProxy({ target })));
    this.afterTest(() => Promise.all(proxies.map((proxy) => proxy.stop())));
    return proxies;
  }

  /** Registers a cleanup. They run in reverse order. */
  afterTest(close: () => unknown): void {
    this.closing.push(close);
  }

  keys(count: number): string[] {
    return Array.from({ length: count }, (_, i) => `${this.prefix}:${i}`);
  }

  set(key: string, value: string | Buffer, options: { lifeSeconds?: number } = {}): Promise<void> {
    return this.engine.set(key, value, options);
  }

  get(key: string): Promise<Buffer | null> {
    return this.engine.get(key);
  }

  async textOf(key: string): Promise<string | null> {
    return (await this.get(key))?.toString() ?? null;
  }

  private urlOf(servers: readonly { port: number }[]): string {
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return this.cluster.url.replace('+discovery', '').replace(/(?<=:\/\/)[^?]*/, hosts);
  }
}

/** The outcomes of one read per key. */
export function outcomesOn(engine: MemcachedEngine, keys: string[]): Promise<string[]> {
  return Promise.all(keys.map((key) => outcomeOf(engine.get(key))));
}

export function isDone(outcome: string): boolean {
  return outcome === 'done';
}
