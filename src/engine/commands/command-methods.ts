import type { CommandParser, TypeMapping } from 'redis';
import { TEMPLATE } from './command-template.js';

/** Of node-redis' options, those that mean something here; the timeout is the call's deadline. */
export interface CommandOptions {
  timeout?: number;
  typeMapping?: TypeMapping;
}

export type TransformReply = (
  reply: unknown,
  preserve: unknown,
  typeMapping: TypeMapping | undefined,
) => unknown;

/** Where node-redis' methods hand over what they have parsed. */
export type ExecuteCommand = (
  command: Command,
  parser: CommandParser,
  options: CommandOptions | undefined,
  transform: TransformReply | undefined,
) => Promise<unknown>;

interface Command {
  parseCommand(parser: CommandParser, ...args: unknown[]): void;
}

type Method = (this: Caller, ...args: unknown[]) => Promise<unknown>;

/** A client, or one that withCommandOptions made of it. */
interface Caller {
  readonly _self: { readonly _executeCommand: ExecuteCommand };
  readonly _commandOptions: CommandOptions;
}

interface KnownCommand {
  readonly command: Command;
  readonly Parser: new () => CommandParser;
  readonly transform: TransformReply | undefined;
}

/**
 * node-redis' commands as methods that do the same but are no async functions: one of those around a promise costs a tenth
 * of a whole GET. What a command is made of is seen when node-redis' own method runs for the first time.
 */
export function commandMethods(): Record<string, Method> {
  const methods: Record<string, Method> = {};
  for (const [name, native] of Object.entries(nativeMethods())) methods[name] = commandMethod(native);
  return methods;
}

function commandMethod(native: Method): Method {
  let known: KnownCommand | undefined;
  const learn: ExecuteCommand = async (command, parser, _options, transform) =>
    void (known = { command, Parser: parser.constructor as KnownCommand['Parser'], transform });
  const student: Caller = { _self: { _executeCommand: learn }, _commandOptions: {} };
  return function (...args) {
    // It gets there before its first await, unless it refuses the arguments.
    const lesson = known ? undefined : Reflect.apply(native, student, args);
    if (!known) return lesson as Promise<unknown>;
    const { command, Parser, transform } = known;
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

/** What node-redis attaches to its client for each command, `get` and `GET` alike; not its modules. */
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
