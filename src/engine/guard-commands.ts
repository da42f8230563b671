import type { RedisClientType } from 'redis';
import type { EngineCalls } from './engine-calls.js';

const BUILDERS = new Set<PropertyKey>(['multi', 'MULTI']);
const SENDS_THE_BATCH = new Set<PropertyKey>([
  'exec',
  'execAsPipeline',
  'execTyped',
  'execAsPipelineTyped',
  'EXEC',
]);

/**
 * The same client with every command sent through `calls`, for libraries that want a node-redis client
 * (connect-redis, cache-manager-redis-yet). Iterators, events and pub/sub are not offered.
 */
export function guardCommands(client: RedisClientType, calls: EngineCalls): RedisClientType {
  const guarded = new Map<PropertyKey, unknown>();
  return new Proxy(client, {
    get(target, property) {
      const known = guarded.get(property);
      if (known) return known;
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      const wrapped = BUILDERS.has(property)
        ? () => guardBatch(target.multi(), calls)
        : (...args: unknown[]) =>
            calls.settle(String(property), () => Reflect.apply(member, target, args) as Promise<unknown>);
      guarded.set(property, wrapped);
      return wrapped;
    },
  });
}

function guardBatch<Batch extends object>(batch: Batch, calls: EngineCalls): Batch {
  return new Proxy(batch, {
    get(target, property, proxy) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      if (SENDS_THE_BATCH.has(property)) {
        return (...args: unknown[]) =>
          calls.settle(String(property), () => Reflect.apply(member, target, args) as Promise<unknown>);
      }
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args);
        // Queueing answers with the batch itself; the chain must stay guarded.
        return result === target ? proxy : result;
      };
    },
  });
}
