import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type FaultProxy, type LocalServer, startEngine, startFaultProxy } from '../../local/index.js';
import { MemcachedEngine, parseEngineUrl } from '../../src/engine/index.js';
import { until } from '../support/until.js';
import { outcomeOf } from './engine-trial.js';

export const DEADLINE_MS = 1_000;
export const SHORT_DEADLINE_MS = 200;
/** Tolerance: timers are not exact. */
export const LATE_MS = 50;

/** Shared by the tests of the Memcached contract: the servers, one engine, and keys with a prefix per test. */
export class MemcachedTrial {
  servers: LocalServer[] = [];
  prefix = '';
  private shared: MemcachedEngine | undefined;
  private readonly closing: (() => unknown)[] = [];

  /** Registers hooks in the surrounding `describe`. */
  constructor(readonly nodes: number) {
    beforeAll(async () => {
      this.servers = await Promise.all(Array.from({ length: nodes }, () => startEngine('memcached')));
      this.shared = startedEngine(this.servers, DEADLINE_MS);
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
      await Promise.all(this.servers.map((server) => server.stop()));
    });
  }

  get engine(): MemcachedEngine {
    if (!this.shared) throw new Error('The engine is not connected yet.');
    return this.shared;
  }

  /** An engine on the same servers. It is closed after the test. */
  connect(to: readonly { port: number }[] = this.servers, deadlineMs: number = DEADLINE_MS): MemcachedEngine {
    const engine = startedEngine(to, deadlineMs);
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

  set(key: string, value: string | Buffer, options = {}): Promise<boolean> {
    return this.engine.settle('set', () => this.engine.client.set(key, value, options));
  }

  async get(key: string): Promise<Buffer | null> {
    return (await this.engine.settle('get', () => this.engine.client.get(key))).value;
  }

  async textOf(key: string): Promise<string | null> {
    return (await this.get(key))?.toString() ?? null;
  }
}

function startedEngine(to: readonly { port: number }[], deadlineMs: number): MemcachedEngine {
  const hosts = to.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const engine = new MemcachedEngine(parseEngineUrl(`memcached://${hosts}`), deadlineMs);
  engine.start();
  return engine;
}

/** The outcomes of one read per key. */
export function outcomesOn(engine: MemcachedEngine, keys: string[]): Promise<string[]> {
  return Promise.all(keys.map((key) => outcomeOf(engine.settle('get', () => engine.client.get(key)))));
}

export function isDone(outcome: string): boolean {
  return outcome === 'done';
}
