import type { RedisArgument, TypeMapping } from 'redis';
import { keysOf, TEMPLATE } from './command-template.js';
import { isWithheldFromBatches } from './withheld.js';

/** Several commands that go to one server together. */
export interface Batch {
  keys: readonly RedisArgument[];
  isAtomic: boolean;
  deadlineMs: number | undefined;
  typeMapping: TypeMapping | undefined;
  /** Puts it together, hands its commands to `send`, and reads the raw replies. */
  run(send: (commands: readonly (readonly RedisArgument[])[]) => Promise<unknown[]>): Promise<unknown>;
}

interface BatchOptions {
  timeout?: number;
  typeMapping?: TypeMapping;
}

type Replies = Promise<unknown[]>;
type Call = (...args: unknown[]) => unknown;

const AS_TRANSACTION = new Set(['exec', 'EXEC', 'execTyped']);
const AS_PIPELINE = new Set(['execAsPipeline', 'execAsPipelineTyped']);

/** node-redis' own MULTI with a gate in the place of its connection; beside it, the keys it names are kept. */
export function recordBatch(
  sendBatch: (batch: Batch) => Promise<unknown>,
  { timeout, typeMapping }: BatchOptions,
): object {
  let send: (commands: { args: readonly RedisArgument[] }[]) => Replies;
  const host: unknown = Object.create(TEMPLATE, {
    _self: { value: { _keyPrefix: undefined } },
    _commandOptions: { value: { typeMapping } },
    _executeMulti: { value: (commands: { args: readonly RedisArgument[] }[]) => send(commands) },
    _executePipeline: { value: (commands: { args: readonly RedisArgument[] }[]) => send(commands) },
  });
  const native = Reflect.apply(Reflect.get(TEMPLATE, 'MULTI') as Call, host, []) as Record<string, Call>;
  const keys: RedisArgument[] = [];

  const exec = (name: string, asPipeline: unknown) =>
    sendBatch({
      keys,
      isAtomic: AS_TRANSACTION.has(name) && asPipeline !== true,
      deadlineMs: timeout,
      typeMapping,
      run: (toServer) => {
        send = (commands) => toServer(commands.map(({ args }) => args));
        return native[name]?.(asPipeline) as Promise<unknown>;
      },
    });
  const batch: object = new Proxy(native, {
    get(_target, name) {
      if (typeof name === 'symbol' || isWithheldFromBatches(name) || !(name in native)) return undefined;
      if (AS_TRANSACTION.has(name) || AS_PIPELINE.has(name)) {
        return (asPipeline: unknown) => exec(name, asPipeline);
      }
      return (...args: unknown[]) => {
        keys.push(...keysOf(name, args));
        native[name]?.(...args);
        return batch;
      };
    },
  });
  return batch;
}
