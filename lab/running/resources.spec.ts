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

  it('stops what is started after the end, and rejects', async () => {
    const stopped: string[] = [];
    const resources = new Resources();
    await resources.stop();
    const late = resources.start(Promise.resolve({ stop: async () => void stopped.push('app') }));
    await expect(late).rejects.toThrow('after the end of the run');
    expect(stopped).toEqual(['app']);
  });

  it('counts what app nodes report, also after they were stopped', async () => {
    const resources = new Resources();
    const stop = async () => undefined;
    await resources.start(Promise.resolve({ stop }));
    expect(resources.figures).toEqual([]);
    await resources.start(Promise.resolve({ stop, unexpected: ['TypeError'] }));
    await resources.start(Promise.resolve({ stop, unexpected: [] }));
    await resources.stop();
    expect(resources.figures).toMatchObject([{ values: { module: 1 } }]);
  });
});
