import { z } from 'zod';
import type { Engine } from './engines.js';
import { MemcachedEngine } from './memcached/memcached-engine.js';
import { RedisEngine } from './redis-engine.js';

/** The option `engine` of a module that works on every engine. */
export const engineOption = z.custom<Engine>(
  (given) => given instanceof RedisEngine || given instanceof MemcachedEngine,
  "must be an engine, for example engines.for('cache').",
);

/** The option `engine` of a module that needs the data types of Redis. */
export function redisEngineOption(role: string) {
  return z.custom<RedisEngine>(
    (given) => given instanceof RedisEngine,
    `must be Redis or Valkey, for example engines.redisFor('${role}').`,
  );
}
