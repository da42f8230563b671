import { describe, expect, it } from 'vitest';
import { answerApp } from './app-requests.js';
import { Refusal } from './refusal.js';
import type { ServerControls } from './server-controls.js';

const failingWith = (error: Error) => {
  const control = async () => {
    throw error;
  };
  return { control } as unknown as ServerControls;
};
const kill = { id: 7, ask: 'control', name: 'engine', action: 'kill' };

describe('answerApp', () => {
  it.each([null, 'text', 7, {}, { type: 'shutdown' }])('ignores the message %j', async (message) => {
    expect(await answerApp(failingWith(new Error('unused')), message)).toBeUndefined();
  });

  it('answers a refusal with its code and words', async () => {
    const refusal = new Refusal('E_SERVER_STATE', 'engine is stopped. Restart it first.');
    expect(await answerApp(failingWith(refusal), kill)).toEqual({
      id: 7,
      refusal: { code: 'E_SERVER_STATE', message: refusal.message },
    });
  });

  it('keeps the log of a server that does not start to itself', async () => {
    const failure = new Error('redis-server exited with code 1. Its log ends with:\n/secret/path');
    expect(await answerApp(failingWith(failure), kill)).toEqual({
      id: 7,
      refusal: {
        code: 'E_SERVER_SILENT',
        message: 'redis-server exited with code 1. See the output of npm start.',
      },
    });
  });
});
