import { setTimeout as wait } from 'node:timers/promises';
import { parseEngineUrl, RedisEngine } from '../../src/engine/index.js';

/** What the application sets unless told otherwise. */
export const DEADLINE_MS = 300;
const CONNECTS_WITHIN_MS = 10_000;

/** An engine as the application makes it, that has begun to connect. */
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

/** Asks every few milliseconds; rejects, naming what was waited for, when it does not come true in 10 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + CONNECTS_WITHIN_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Waited ${CONNECTS_WITHIN_MS / 1000} s in vain: ${what}.`);
    await wait(5);
  }
}
