import { EventEmitter } from 'node:events';
import type { CommandParser, RedisClientType } from 'redis';
import {
  commandMethods,
  type CommandOptions,
  type ExecuteCommand,
  type TransformReply,
} from './command-methods.js';
import { TEMPLATE } from './command-template.js';
import { type Batch, recordBatch } from './engine-batch.js';
import { isWithheld } from './withheld.js';

export interface Gate {
  /** `transform` reads the reply as the command's method promises. */
  sendCommand(
    command: CommandParser,
    options: CommandOptions,
    transform: TransformReply | undefined,
  ): Promise<unknown>;
  sendBatch(batch: Batch): Promise<unknown>;
}

const NOT_OFFERED = [...Object.keys(EventEmitter.prototype), ...namesOf(TEMPLATE).filter(isWithheld)];

/**
 * A node-redis client whose every command goes through a gate, for stores and for libraries that want such a client
 * (connect-redis, cache-manager-redis-yet).
 *
 * node-redis' pool and cluster clients are made in the same way: a command's method hands its parsed arguments to
 * `_self._executeCommand`. `withTypeMapping` and `withCommandOptions({ timeout })` work as ever; the timeout is the
 * call's deadline.
 */
export function createEngineClient(gate: Gate, isReady: () => boolean): RedisClientType {
  const client = Object.create(OFFERED) as RedisClientType;
  // Of this client, or of one that withCommandOptions made of it.
  const beginBatch = function (this: { _commandOptions: CommandOptions }): object {
    const { _commandOptions: options } = this;
    return recordBatch((batch) => gate.sendBatch(batch), options);
  };
  Object.assign(client, {
    _self: client,
    _commandOptions: {},
    _executeCommand: ((_command, parser, options, transform) =>
      gate.sendCommand(parser, options ?? {}, transform)) satisfies ExecuteCommand,
    multi: beginBatch,
    MULTI: beginBatch,
  });
  for (const name of ['isReady', 'isOpen']) Object.defineProperty(client, name, { get: isReady });
  return client;
}

/** The template with our methods and without what is not offered. Apart, so that the clients stay small, which makes them fast. */
const OFFERED: object = Object.create(TEMPLATE, {
  ...Object.getOwnPropertyDescriptors(commandMethods()),
  ...Object.fromEntries([...NOT_OFFERED, '_keyPrefix'].map((name) => [name, { value: undefined }])),
});

function namesOf(object: object | null): string[] {
  if (object === null || object === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(object), ...namesOf(Object.getPrototypeOf(object) as object | null)];
}
