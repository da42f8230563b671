import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { LocalEngine } from '../../local/index.js';
import { EngineError, parseEngineUrl, RedisEngine } from '../../src/engine/index.js';
import { until } from '../support/until.js';
import type { EngineServers } from './engine-servers.js';

/** Generous: what a deadline does has tests of its own, and a busy machine must not fail the others. */
export const DEADLINE_MS = 2_000;

/** Of `expect.poll`: what comes true, comes true soon. */
export const SOON = { timeout: 10_000, interval: 20 };

/** What the tests of a contract share: servers and an engine for all of them, and keys for each of its own. */
export class EngineTrial {
  private running: EngineServers | undefined;
  private shared: RedisEngine | undefined;
  private id = '';
  private readonly closing: (() => unknown)[] = [];

  /** Registers the hooks of the `describe` that it is called in. */
  constructor(start: () => Promise<EngineServers>) {
    beforeAll(async () => {
      this.running = await start();
      this.shared = this.newEngine(DEADLINE_MS);
      await started(this.shared);
    });
    beforeEach(() => {
      this.id = randomUUID();
    });
    afterEach(async () => {
      for (const close of this.closing.splice(0).toReversed()) await close();
    });
    afterAll(async () => {
      this.shared?.close();
      await this.running?.stop();
    });
  }

  get servers(): EngineServers {
    if (!this.running) throw new Error('The servers are not running yet.');
    return this.running;
  }

  get engine(): RedisEngine {
    if (!this.shared) throw new Error('The engine is not connected yet.');
    return this.shared;
  }

  /** What all keys of this test begin with. */
  get prefix(): string {
    return `${this.id}:`;
  }

  /** A key in the one slot of this test. */
  key(name: string): string {
    return `${this.prefix}{${this.id}}:${name}`;
  }

  /** As many keys, in slots all over. */
  spreadKeys(count: number): string[] {
    return Array.from({ length: count }, (_, i) => `${this.prefix}${i}`);
  }

  /** Another engine on the same servers, ready; closed after the test. */
  async anotherEngine(deadlineMs = DEADLINE_MS): Promise<RedisEngine> {
    const engine = this.idleEngine(deadlineMs);
    await started(engine);
    return engine;
  }

  /** One that was not started yet; closed after the test. */
  idleEngine(deadlineMs = DEADLINE_MS): RedisEngine {
    const engine = this.newEngine(deadlineMs);
    this.afterTest(() => engine.close());
    return engine;
  }

  /** The servers drop every client, as those do that restart, but keep what they have. After the test all is well again. */
  async cutConnections(): Promise<void> {
    this.afterTest(() => this.isWell());
    for (const type of ['normal', 'pubsub']) {
      await Promise.all(this.servers.nodes.map((node) => node.command('CLIENT', 'KILL', 'TYPE', type)));
    }
  }

  /** The primary of a key answers nobody until it is resumed, at the latest after the test. */
  async pause(key: string): Promise<LocalEngine> {
    const server = await this.servers.primaryOf(key);
    this.afterTest(() => this.isWell());
    this.afterTest(() => server.resume());
    server.pause();
    return server;
  }

  /** In reverse order of asking. */
  afterTest(close: () => unknown): void {
    this.closing.push(close);
  }

  private async isWell(): Promise<void> {
    const write = (key: string) => outcomeOf(this.engine.client.set(key, 'value'));
    await until(async () => (await Promise.all(this.spreadKeys(30).map(write))).every((it) => it === 'done'));
  }

  private newEngine(deadlineMs: number): RedisEngine {
    return new RedisEngine(parseEngineUrl(this.servers.url), deadlineMs);
  }
}

/** Of all it has: a cluster is ready when its first shard is. */
async function started(engine: RedisEngine): Promise<void> {
  engine.start();
  await until(() => engine.isReady && engine.report().reason === null);
}

/** What became of a call: `done`, or the outcome of its EngineError. Anything else is thrown on. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof EngineError) return error.outcome;
    throw error;
  }
}

/** What a call is rejected with, or that it throws. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('It succeeded.');
}
