import { setTimeout as wait } from 'node:timers/promises';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';

/** The default of the application. */
export const DEADLINE_MS = 300;
const CONNECTS_WITHIN_MS = 10_000;

/** An engine like that of the application. It has started to connect. */
export function startClient(url: string): RedisEngine {
  const engine = new RedisEngine(parseEngineUrl(url), DEADLINE_MS);
  engine.start();
  return engine;
}

/** The same, connected. */
export async function openEngine(url: string): Promise<RedisEngine> {
  const engine = startClient(url);
  await until('the engine is ready', () => engine.isReady);
  return engine;
}

/** Polls a condition every 5 ms. Rejects after 10 s with an error that names the condition. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + CONNECTS_WITHIN_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not true within ${CONNECTS_WITHIN_MS / 1000} s: ${what}.`);
    await wait(5);
  }
}
