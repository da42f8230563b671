import type { RedisClientType } from 'redis';
import type { RedisEngine } from '../redis-engine.js';
import { defineScript, type EngineScript } from './engine-script.js';
import { replaceForeign } from './replace-foreign.js';

type LibraryMethods = Pick<
  RedisClientType,
  'get' | 'set' | 'del' | 'expire' | 'ttl' | 'pTTL' | 'mGet' | 'eval'
>;

/**
 * The methods of a node-redis client that connect-redis, cache-manager-redis-yet and rate-limiter-flexible call for single keys, each
 * sent by the engine: with its deadline, to the current primary, in every topology. Typed as the whole client, as these libraries
 * expect; every other method is missing.
 */
export function createLibraryClient(engine: RedisEngine): RedisClientType {
  const scripts = new Map<string, EngineScript>();
  const scriptOf = (lua: string) => {
    const script = scripts.get(lua) ?? defineScript('a library script', lua);
    scripts.set(lua, script);
    return script;
  };
  const methods: LibraryMethods = {
    get: (key) => engine.call(key, (client) => client.get(key)),
    set: (key, ...rest) => engine.call(key, (client) => client.set(key, ...rest)),
    del: (keys) => engine.unlinkMany([keys].flat().map(String)),
    expire: (key, ...rest) => engine.call(key, (client) => client.expire(key, ...rest)),
    ttl: (key) => engine.call(key, (client) => client.ttl(key)),
    pTTL: (key) => engine.call(key, (client) => client.pTTL(key)),
    mGet: (keys) => engine.getMany([keys].flat().map(String)),
    // The counters of rate-limiter-flexible: of one that another writer replaced, the count is lost anyway.
    eval: (lua, { keys = [], arguments: args = [] } = {}) =>
      replaceForeign(engine, { keys: keys.map(String), type: 'string' }, () =>
        engine.run(scriptOf(String(lua)), keys, args),
      ) as ReturnType<RedisClientType['eval']>,
  };
  return methods as RedisClientType;
}
