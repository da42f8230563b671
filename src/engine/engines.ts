import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { withTimeLimit } from '../common/index.js';
import type { EngineAddress } from './address/engine-address.js';
import { EngineMismatchError } from './engine.errors.js';
import type { EngineReport } from './engine.wire.js';
import { ENGINE_OPTIONS, type EngineOptions } from './engine.options.js';
import { MemcachedEngine } from './memcached/memcached-engine.js';
import { RedisEngine } from './redis-engine.js';

/** An engine of any kind. */
export type Engine = RedisEngine | MemcachedEngine;

/** Limits the wait for a host that drops packets. Other first attempts to connect end sooner. */
const FIRST_ATTEMPT_TIMEOUT_MS = 1_500;

/** The engines by role. Roles with the same address share one engine: its connections and breakers. */
@Injectable()
export class Engines implements OnModuleInit, OnApplicationShutdown {
  private readonly byAddress = new Map<unknown, Engine>();
  private readonly byRole = new Map<string, Engine>();

  constructor(@Inject(ENGINE_OPTIONS) { roles, deadlineMs }: EngineOptions) {
    for (const [role, address] of Object.entries(roles)) {
      const engine = this.open(address, deadlineMs);
      engine.roles.push(role);
      this.byRole.set(role, engine);
    }
  }

  /**
   * Starts the engines, after all modules have declared their commands, and waits for the first attempt to connect. The application also starts if an engine is down.
   *
   * @throws {EngineMismatchError} if a URL names servers of another kind.
   */
  async onModuleInit(): Promise<void> {
    const engines = this.all();
    for (const engine of engines) engine.start();
    const areWrong = await Promise.all(engines.map(isWrongUrl));
    const mismatches = engines
      .filter((_engine, i) => areWrong[i])
      .map((engine) => ({ roles: engine.roles, reason: engine.report().reason ?? '' }));
    if (mismatches.length === 0) return;
    this.onApplicationShutdown();
    throw new EngineMismatchError(mismatches);
  }

  /**
   * The engine of a role, of any kind.
   *
   * @throws {Error} if no engine has this role.
   */
  for(role: string): Engine {
    const engine = this.byRole.get(role);
    if (!engine) throw new Error(`No engine has the role "${role}". Name it in the options of EngineModule.`);
    return engine;
  }

  /**
   * The engine of a role that needs the data types of Redis.
   *
   * @throws {Error} if the role's engine is Memcached.
   */
  redisFor(role: string): RedisEngine {
    const engine = this.for(role);
    if (engine instanceof RedisEngine) return engine;
    throw new Error(`The role "${role}" needs Redis or Valkey, but its engine is ${engine.address.kind}.`);
  }

  /** All engines, each once. */
  all(): Engine[] {
    return [...this.byAddress.values()];
  }

  /** The state of each engine, with the roles that use it. */
  reports(): EngineReport[] {
    return this.all().map((engine) => engine.report());
  }

  /** Runs in the last shutdown hook, because requests are answered until then. */
  onApplicationShutdown(): void {
    for (const engine of this.byAddress.values()) engine.close();
  }

  private open(address: EngineAddress, deadlineMs: number): Engine {
    // Of two clients of node-redis, functions and certificates may differ.
    const id = address.client ? address : JSON.stringify(address);
    const engine =
      this.byAddress.get(id) ??
      (address.kind === 'memcached'
        ? new MemcachedEngine(address, deadlineMs)
        : new RedisEngine(address, deadlineMs));
    this.byAddress.set(id, engine);
    return engine;
  }
}

async function isWrongUrl(engine: Engine): Promise<boolean> {
  const timedOut = () => new Error('The first attempt to connect has not ended yet.');
  const attempt = withTimeLimit(FIRST_ATTEMPT_TIMEOUT_MS, engine.firstAttempt, timedOut);
  return attempt.then(
    (verdict) => verdict.isWrongUrl,
    () => false,
  );
}
