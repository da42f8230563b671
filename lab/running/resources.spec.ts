import { describe, expect, it } from 'vitest';
import { Resources } from './resources.js';

describe('Resources', () => {
  it('stops the last one first, and the others too when one cannot be stopped', async () => {
    const stopped: string[] = [];
    const resources = new Resources();
    const start = (name: string) =>
      resources.start(Promise.resolve({ stop: async () => void stopped.push(name) }));
    await start('database');
    await resources.start(Promise.resolve({ stop: () => Promise.reject(new Error('The engine hangs.')) }));
    await start('app');
    await expect(resources.stop()).rejects.toThrow('Not everything could be stopped: The engine hangs.');
    expect(stopped).toEqual(['app', 'database']);
  });
});
