import { EventEmitter } from 'node:events';
import { createClient, type RedisClientType } from 'redis';
import type { EngineCalls } from './engine-calls.js';

type Call = (...args: unknown[]) => unknown;

const SENDS_THE_BATCH = new Set(['exec', 'execAsPipeline', 'execTyped', 'execAsPipelineTyped']);
/** Never connected; it only says which names are commands. */
const ALL_COMMANDS = createClient();

/**
 * Every command of whatever client is current, sent through `calls`, for libraries that want a node-redis client
 * (connect-redis, cache-manager-redis-yet). Iterators, events and pub/sub are not offered.
 */
export function guardCommands(current: () => RedisClientType, calls: EngineCalls): RedisClientType {
  const commands = new Map<string, Call>();
  return new Proxy({} as RedisClientType, {
    get(_target, name) {
      if (typeof name === 'symbol' || !isCommand(name)) return undefined;
      if (name === 'multi') return () => recordBatch(current, calls);
      let command = commands.get(name);
      if (!command) {
        command = (...args) => calls.settle(name, () => invoke(current(), name, args));
        commands.set(name, command);
      }
      return command;
    },
  });
}

/** A MULTI that is put together when it is sent, so that it goes to the client of that moment. */
function recordBatch(current: () => RedisClientType, calls: EngineCalls): object {
  const steps: [name: string, args: unknown[]][] = [];
  const batch: object = new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name === 'symbol' || name === 'then') return undefined;
        if (!SENDS_THE_BATCH.has(name)) return (...args: unknown[]) => (steps.push([name, args]), batch);
        return () =>
          calls.settle(name, () => {
            const recorded = steps.reduce<object>(
              (done, [step, args]) => invoke(done, step, args),
              current().multi(),
            );
            return invoke(recorded, name, []);
          });
      },
    },
  );
  return batch;
}

function isCommand(name: string): boolean {
  return !(name in EventEmitter.prototype) && typeof Reflect.get(ALL_COMMANDS, name) === 'function';
}

function invoke(target: object, name: string, args: unknown[]): Promise<unknown> {
  return Reflect.apply(Reflect.get(target, name) as Call, target, args) as Promise<unknown>;
}
