import { Agent, get } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { startApp, type TestApp } from '../../support/app.js';

const REQUESTS = Number(process.env['KEY_FLOOD_REQUESTS'] ?? 300);
const CALLERS = 16;
const FIRST_ID = 900_000_000;
/** The answer null is fresh for 10 s and stale for 10 s. */
const LONGEST_ANSWER_MS = 20_000;

let app: TestApp;
const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
beforeAll(async () => void (app = await startApp()));
afterAll(async () => {
  agent.destroy();
  await app.close();
});

function statusOf(id: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${app.url}/api/flights/${id}`, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    }).once('error', reject);
  });
}

/** Remaining life by key, in milliseconds; -1 means no expiry. */
async function lives(): Promise<Map<string, number>> {
  const script = `local lives = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      lives[#lives + 1] = {key, redis.call('PTTL', key)}
    end
    return lives`;
  return new Map((await (app.engine as LocalEngine).command('EVAL', script, '0')) as [string, number][]);
}

it(`${REQUESTS} requests for flights that do not exist leave no key for longer than twice the life of the answer null`, async () => {
  const before = await lives();
  // Each id once.
  let next = FIRST_ID;
  const call = async (): Promise<void> => {
    while (next < FIRST_ID + REQUESTS) expect(await statusOf(next++)).toBe(404);
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  const left = [...(await lives())].filter(([key]) => !before.has(key)).map(([, ms]) => ms);
  console.info(`${REQUESTS} requests: ${left.length} keys, the last expires within ${Math.max(...left)} ms`);
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter((ms) => ms === -1 || ms > 2 * LONGEST_ANSWER_MS)).toEqual([]);
});
