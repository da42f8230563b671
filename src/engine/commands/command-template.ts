import { type CommandParser, createClient, type RedisArgument } from 'redis';

/** Never connected: it has the methods, and says what each command looks like on the wire. */
export const TEMPLATE = createClient();

/** The keys that a command's method would send. */
export function keysOf(name: string, args: unknown[]): readonly RedisArgument[] {
  let keys: readonly RedisArgument[] = [];
  const recorder = Object.create(TEMPLATE) as Record<string, unknown>;
  const own = {
    _keyPrefix: undefined,
    // Called before the method's first await.
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
