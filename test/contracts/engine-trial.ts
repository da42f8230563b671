import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { LocalEngine } from '../../local/index.js';
import { EngineError, parseEngineUrl, RedisEngine } from '../../src/engine/index.js';
import { until } from '../support/until.js';
import type { EngineServers } from './engine-servers.js';
import { commandsOf } from '../support/commands-of.js';

/** Long enough for a busy machine. Deadlines have their own tests. */
export const DEADLINE_MS = 2_000;

/** Options of `expect.poll` for conditions that become true within seconds. */
export const SOON = { timeout: 10_000, interval: 20 };

/** Shared by the tests of the contract: the servers, one engine, and keys with a prefix per test. */
export class EngineTrial {
  private running: EngineServers | undefined;
  private shared: RedisEngine | undefined;
  private id = '';
  private readonly closing: (() => unknown)[] = [];

  /** Registers hooks in the surrounding `describe`. */
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

  /** The prefix of all keys of this test. A user with the least access may use no other keys. */
  get prefix(): string {
    return `caching:${this.id}:`;
  }

  /** A key in the slot of this test. */
  key(name: string): string {
    return `${this.prefix}{${this.id}}:${name}`;
  }

  /** Keys spread over many slots. */
  spreadKeys(count: number): string[] {
    return Array.from({ length: count }, (_, i) => `${this.prefix}${i}`);
  }

  /** Another ready engine on the same servers. It is closed after the test. */
  async anotherEngine(deadlineMs = DEADLINE_MS): Promise<RedisEngine> {
    const engine = this.idleEngine(deadlineMs);
    await started(engine);
    return engine;
  }

  /** An engine that is not started. It is closed after the test. */
  idleEngine(deadlineMs = DEADLINE_MS): RedisEngine {
    const engine = this.newEngine(deadlineMs);
    this.afterTest(() => engine.close());
    return engine;
  }

  /** The servers close all client connections, but keep their data. After the test the shared engine is ready again. */
  async cutConnections(): Promise<void> {
    this.afterTest(() => this.isRecovered());
    for (const type of ['normal', 'pubsub']) {
      await Promise.all(this.servers.nodes.map((node) => node.command('CLIENT', 'KILL', 'TYPE', type)));
    }
  }

  /** Pauses the primary of a key. It is resumed after the test at the latest. */
  async pause(key: string): Promise<LocalEngine> {
    const server = await this.servers.primaryOf(key);
    this.afterTest(() => this.isRecovered());
    this.afterTest(() => server.resume());
    server.pause();
    return server;
  }

  /** Registers a cleanup. They run in reverse order. */
  afterTest(close: () => unknown): void {
    this.closing.push(close);
  }

  private async isRecovered(): Promise<void> {
    const write = (key: string) => outcomeOf(commandsOf(this.engine).set(key, 'value'));
    await until(async () => (await Promise.all(this.spreadKeys(30).map(write))).every((it) => it === 'done'));
  }

  private newEngine(deadlineMs: number): RedisEngine {
    const { address, url } = this.servers;
    return new RedisEngine(address ?? parseEngineUrl(url), deadlineMs);
  }
}

/** Waits for all shards: a cluster is ready when its first shard is. */
async function started(engine: RedisEngine): Promise<void> {
  engine.start();
  await until(() => engine.isReady && engine.report().reason === null);
}

/** Resolves with `done` or the outcome of the EngineError. Other errors are rethrown. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof EngineError) return error.outcome;
    throw error;
  }
}

/** Resolves with the error that a call throws or rejects with. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded, but an error was expected.');
}
