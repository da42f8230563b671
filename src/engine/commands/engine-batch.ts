import type { CommandParser, RedisArgument, TypeMapping } from 'redis';
import { isWithheldFromBatches, TEMPLATE } from './command-template.js';

/** Several commands that are sent to one server together. */
export interface Batch {
  keys: readonly RedisArgument[];
  isAtomic: boolean;
  deadlineMs: number | undefined;
  typeMapping: TypeMapping | undefined;
  /** Passes the encoded commands to `send` and converts the raw replies. */
  run(send: (commands: readonly (readonly RedisArgument[])[]) => Promise<unknown[]>): Promise<unknown>;
}

interface BatchOptions {
  timeout?: number;
  typeMapping?: TypeMapping;
}

type SendAll = (commands: { args: readonly RedisArgument[] }[]) => Promise<unknown[]>;
type Method = (...args: unknown[]) => unknown;

const AS_TRANSACTION = new Set(['exec', 'EXEC', 'execTyped']);
const AS_PIPELINE = new Set(['execAsPipeline', 'execAsPipelineTyped']);

/** Records a node-redis MULTI together with the keys that it names, and sends it through `sendBatch`. */
export function recordBatch(
  sendBatch: (batch: Batch) => Promise<unknown>,
  { timeout, typeMapping }: BatchOptions,
): object {
  let sendAll: SendAll;
  const native = nativeMulti(typeMapping, (commands) => sendAll(commands));
  const keys: RedisArgument[] = [];
  const exec = (name: string, asPipeline: unknown) =>
    sendBatch({
      keys,
      isAtomic: AS_TRANSACTION.has(name) && asPipeline !== true,
      deadlineMs: timeout,
      typeMapping,
      run: (send) => {
        sendAll = (commands) => send(commands.map(({ args }) => args));
        return native[name]?.(asPipeline) as Promise<unknown>;
      },
    });
  return recordingProxy(native, keys, exec);
}

/** Adds the keys of each command to `keys`, and calls `exec` instead of the native methods that send. */
function recordingProxy(
  native: Record<string, Method>,
  keys: RedisArgument[],
  exec: (name: string, asPipeline: unknown) => Promise<unknown>,
): object {
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

/** node-redis' own MULTI, which sends through `sendAll` instead of a connection. */
function nativeMulti(typeMapping: TypeMapping | undefined, sendAll: SendAll): Record<string, Method> {
  const host: unknown = Object.create(TEMPLATE, {
    _self: { value: { _keyPrefix: undefined } },
    _commandOptions: { value: { typeMapping } },
    _executeMulti: { value: sendAll },
    _executePipeline: { value: sendAll },
  });
  return Reflect.apply(Reflect.get(TEMPLATE, 'MULTI') as Method, host, []) as Record<string, Method>;
}

/** The keys that a command's method would send. */
function keysOf(name: string, args: unknown[]): readonly RedisArgument[] {
  let keys: readonly RedisArgument[] = [];
  const recorder = Object.create(TEMPLATE) as Record<string, unknown>;
  const own = {
    _keyPrefix: undefined,
    // The method calls it before its first await.
    _executeCommand: (_command: unknown, parser: CommandParser) => void (keys = parser.keys),
  };
  for (const [key, value] of Object.entries({ ...own, _self: recorder })) {
    Object.defineProperty(recorder, key, { value });
  }
  const method = recorder[name];
  if (typeof method !== 'function') return [];
  (Reflect.apply(method, recorder, args) as Promise<unknown>).catch(() => undefined);
  return keys;
}
