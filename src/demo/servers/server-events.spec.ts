import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerEvents } from './server-events.js';
import type { Server } from './servers.wire.js';

const server = (state: Server['state']) => ({ name: 'a', state, role: null, slots: null }) as Server;

describe('ServerEvents', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps the newest 100 events, and reports each once', async () => {
    const servers = new ServerEvents();
    const reported = vi.fn();
    servers.onEvents((events) => events.forEach(({ kind }) => reported(kind)));
    for (let i = 0; i < 75; i += 1) {
      await servers.observe(async () => [server('running')]);
      await servers.observe(async () => [server('paused')]);
    }
    expect(reported).toHaveBeenCalledTimes(149);
    expect(servers.newest).toHaveLength(100);
    expect(servers.newest.at(-1)).toMatchObject({ kind: 'paused', name: 'a', at: Date.now() });
  });

  it('reports nothing that happened while no page was open', async () => {
    const servers = new ServerEvents();
    await servers.observe(async () => [server('running')]);
    vi.advanceTimersByTime(11_000);
    await servers.observe(async () => [server('stopped')]);
    expect(servers.newest).toEqual([]);
  });

  it('ignores a list that arrives after a newer one', async () => {
    const servers = new ServerEvents();
    await servers.observe(async () => [server('running')]);
    let answer = (_list: Server[]): void => undefined;
    const late = servers.observe(() => new Promise((resolve) => (answer = resolve)));
    await servers.observe(async () => [server('stopped')]);
    answer([server('running')]);
    await late;
    expect(servers.newest.map(({ kind }) => kind)).toEqual(['killed']);
  });
});
