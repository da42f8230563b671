import { setTimeout as wait } from 'node:timers/promises';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';

/** The default of the application. */
const DEADLINE_MS = 300;
const CONNECTS_WITHIN_MS = 10_000;

/** The engine as the application opens it. Resolves when it is ready. */
export async function openEngine(url: string): Promise<RedisEngine> {
  const engine = new RedisEngine(parseEngineUrl(url), DEADLINE_MS);
  engine.start();
  for (const deadline = Date.now() + CONNECTS_WITHIN_MS; !engine.isReady; await wait(5)) {
    if (Date.now() > deadline) throw new Error(`The engine did not answer within ${CONNECTS_WITHIN_MS} ms.`);
  }
  return engine;
}
