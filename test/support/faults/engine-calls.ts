import { defineScript, type RedisEngine } from '../../../src/engine/index.js';
import { commandsOf } from '../commands-of.js';
import { textKey } from './call.js';
import type { SendCall, TrafficOptions } from './traffic.js';

const WAIT_FOR_REPLICA_MS = 100;

const INCREMENT = defineScript('test.increment', `return redis.call('INCR', KEYS[1])`);
const SET_AND_INCREMENT = defineScript(
  'test.set-and-increment',
  `redis.call('SET', KEYS[1], '1') return redis.call('INCR', KEYS[2])`,
);

/** Sends calls of the traffic through an engine. */
export function throughEngine(engine: RedisEngine, { withWait = false }: TrafficOptions = {}): SendCall {
  const client = commandsOf(engine);
  return (call) => {
    const { kind, key } = call;
    if (kind === 'read') return client.get(key);
    if (withWait) {
      return engine.call(key, (it) => Promise.all([it.incr(key), it.wait(1, WAIT_FOR_REPLICA_MS)]));
    }
    if (kind === 'increment') return client.incr(key);
    if (kind === 'script') return engine.run(INCREMENT, [key], []);
    return engine.run(SET_AND_INCREMENT, [textKey(call), key], []);
  };
}
