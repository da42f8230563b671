import type { BinaryClient, CommandClient, RedisEngine, ReplyOptions } from '../../src/engine/index.js';

type Method = (...args: unknown[]) => Promise<unknown>;
type Key = string | Buffer;

/** The commands of a node-redis client, each sent by `engine.call` with its first argument as the key or keys. */
export function commandsOf(engine: RedisEngine, options: ReplyOptions & { replies: 'binary' }): BinaryClient;
export function commandsOf(engine: RedisEngine, options?: ReplyOptions): CommandClient;
export function commandsOf(engine: RedisEngine, options: ReplyOptions = {}): CommandClient | BinaryClient {
  return new Proxy({} as CommandClient, {
    get:
      (_target, name) =>
      (...args: unknown[]) =>
        engine.call(
          (args[0] ?? []) as Key | Key[],
          (client) => (Reflect.get(client, name) as Method).apply(client, args),
          options,
        ),
  });
}
