import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EngineAddress } from './engine-url.js';
import type { EngineReport } from './engine.wire.js';
import { ENGINE_OPTIONS, type EngineOptions } from './engine.options.js';
import { MemcachedEngine } from './memcached-engine.js';
import { RedisEngine } from './redis-engine.js';

export type Engine = RedisEngine | MemcachedEngine;

/** The engines by role. Roles with the same address share one connection and one breaker. */
@Injectable()
export class Engines implements OnApplicationShutdown {
  private readonly byAddress = new Map<string, Engine>();
  private readonly byRole = new Map<string, Engine>();

  constructor(@Inject(ENGINE_OPTIONS) { roles, deadlineMs }: EngineOptions) {
    for (const [role, address] of Object.entries(roles)) {
      const engine = this.open(address, deadlineMs);
      engine.roles.push(role);
      this.byRole.set(role, engine);
    }
    for (const engine of this.byAddress.values()) engine.start();
  }

  /** The engine of a role, whichever kind it is. */
  for(role: string): Engine {
    const engine = this.byRole.get(role);
    if (!engine) throw new Error(`No engine has the role "${role}". Name it in the options of EngineModule.`);
    return engine;
  }

  /** The engine of a role that needs Redis' data types. */
  redisFor(role: string): RedisEngine {
    const engine = this.for(role);
    if (engine instanceof RedisEngine) return engine;
    throw new Error(`The role "${role}" needs Redis or Valkey, but its engine is ${engine.address.kind}.`);
  }

  reports(): EngineReport[] {
    return [...this.byAddress.values()].map((engine) => engine.report());
  }

  /** The last of the shutdown hooks: until then requests are still being answered. */
  onApplicationShutdown(): void {
    for (const engine of this.byAddress.values()) engine.close();
  }

  private open(address: EngineAddress, deadlineMs: number): Engine {
    const id = JSON.stringify(address);
    const engine =
      this.byAddress.get(id) ??
      (address.kind === 'memcached'
        ? new MemcachedEngine(address, deadlineMs)
        : new RedisEngine(address, deadlineMs));
    this.byAddress.set(id, engine);
    return engine;
  }
}
