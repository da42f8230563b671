import { EventEmitter } from 'node:events';
import type { CommandParser, RedisClientType, TypeMapping } from 'redis';
import { isWithheld, TEMPLATE } from './command-template.js';
import { type Batch, recordBatch } from './engine-batch.js';

/** The node-redis options that are supported here. `timeout` is the call's deadline in milliseconds. */
export interface CommandOptions {
  timeout?: number;
  typeMapping?: TypeMapping;
}

export type TransformReply = (
  reply: unknown,
  preserve: unknown,
  typeMapping: TypeMapping | undefined,
) => unknown;

/** Where the client's methods send their parsed commands. */
export interface Gate {
  /** `transform` converts the raw reply to the type that the method promises. */
  sendCommand(
    command: CommandParser,
    options: CommandOptions,
    transform: TransformReply | undefined,
  ): Promise<unknown>;
  sendBatch(batch: Batch): Promise<unknown>;
}

type ExecuteCommand = (
  command: Command,
  parser: CommandParser,
  options: CommandOptions | undefined,
  transform: TransformReply | undefined,
) => Promise<unknown>;

interface Command {
  parseCommand(parser: CommandParser, ...args: unknown[]): void;
}

/** A client, or one that `withCommandOptions` derived from it. */
interface Caller {
  readonly _self: { readonly _executeCommand: ExecuteCommand };
  readonly _commandOptions: CommandOptions;
}

type Method = (this: Caller, ...args: unknown[]) => Promise<unknown>;

interface CapturedCommand {
  readonly command: Command;
  readonly Parser: new () => CommandParser;
  readonly transform: TransformReply | undefined;
}

/**
 * Creates a node-redis client whose commands go through a gate. Stores use it, and libraries that expect a node-redis client
 * (connect-redis, cache-manager-redis-yet).
 *
 * node-redis builds its pool and cluster clients in the same way: a command's method passes its parsed arguments to
 * `_self._executeCommand`. `withTypeMapping` and `withCommandOptions({ timeout })` work as usual.
 */
export function createEngineClient(gate: Gate, isReady: () => boolean): RedisClientType {
  const client = Object.create(OFFERED) as RedisClientType;
  const multi = function (this: Caller): object {
    const { _commandOptions: options } = this;
    return recordBatch((batch) => gate.sendBatch(batch), options);
  };
  Object.assign(client, {
    _self: client,
    _commandOptions: {},
    _executeCommand: ((_command, parser, options, transform) =>
      gate.sendCommand(parser, options ?? {}, transform)) satisfies ExecuteCommand,
    multi,
    MULTI: multi,
  });
  for (const name of ['isReady', 'isOpen']) Object.defineProperty(client, name, { get: isReady });
  return client;
}

/**
 * node-redis' commands as methods that are not async: an async function around a promise costs a tenth of a GET. The parts of a
 * command are captured when node-redis' own method runs for the first time.
 */
function commandMethods(): Record<string, Method> {
  return Object.fromEntries(
    Object.entries(nativeMethods()).map(([name, native]) => [name, commandMethod(native)]),
  );
}

function commandMethod(native: Method): Method {
  let captured: CapturedCommand | undefined;
  const capture: ExecuteCommand = async (command, parser, _options, transform) =>
    void (captured = { command, Parser: parser.constructor as CapturedCommand['Parser'], transform });
  const probe: Caller = { _self: { _executeCommand: capture }, _commandOptions: {} };
  return function (...args) {
    // The native method calls `capture` before its first await, unless it rejects the arguments.
    const detection = captured ? undefined : Reflect.apply(native, probe, args);
    if (!captured) return detection as Promise<unknown>;
    const { command, Parser, transform } = captured;
    const parser = new Parser();
    try {
      command.parseCommand(parser, ...args);
    } catch (error) {
      return Promise.reject(error);
    }
    const { _self: client, _commandOptions: options } = this;
    const { _executeCommand: execute } = client;
    return execute(command, parser, options, transform);
  };
}

/** The methods that node-redis defines for its commands (`get` and `GET` alike), without those of its modules. */
function nativeMethods(): Record<string, Method> {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf(TEMPLATE)) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
      typeof value === 'function' && name !== 'constructor' && name !== 'Multi'
        ? [[name, value as Method]]
        : [],
    ),
  );
}

function namesOf(object: object | null): string[] {
  if (object === null || object === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(object), ...namesOf(Object.getPrototypeOf(object) as object | null)];
}

const NOT_OFFERED = [...Object.keys(EventEmitter.prototype), ...namesOf(TEMPLATE).filter(isWithheld)];

/** The shared prototype of all clients. It keeps the client objects small, which makes property access fast. */
const OFFERED: object = Object.create(TEMPLATE, {
  ...Object.getOwnPropertyDescriptors(commandMethods()),
  ...Object.fromEntries([...NOT_OFFERED, '_keyPrefix'].map((name) => [name, { value: undefined }])),
});
