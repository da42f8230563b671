import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Control } from './control.js';

describe('Control', () => {
  const waiting: ServerResponse[] = [];
  let isSilent = true;
  let computesMs = 0;
  const server = createServer((_request, response) => {
    compute(computesMs);
    if (isSilent) waiting.push(response);
    else response.end();
  });
  const answerAll = () => {
    isSilent = false;
    for (const response of waiting.splice(0)) response.end();
  };
  const startControl = async (computedMsOf?: (pid: number) => number) => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const control = new Control(() => [{ url: `http://127.0.0.1:${port}`, pid: process.pid }], computedMsOf);
    control.start();
    return control;
  };
  const aborted = ({ signal }: { signal: AbortSignal }) => once(signal, 'abort');
  let control: Control;

  afterEach(() => {
    control.stop();
    answerAll();
    isSilent = true;
    computesMs = 0;
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });

  it('leaves out the time in which a node does not answer', async () => {
    control = await startControl();
    const startedAt = performance.now();
    await vi.waitUntil(() => control.standstillSeconds > 0.4);
    answerAll();
    await aborted(control.timeout(300));
    const all = performance.now() - startedAt;
    const counted = control.elapsed(startedAt);
    expect(counted).toBeCloseTo(all - control.standstillSeconds * 1000, 0);
  });

  it('aborts after five times the time limit, although a node is still silent', async () => {
    control = await startControl();
    const startedAt = performance.now();
    await aborted(control.timeout(300));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_490);
  });

  it('counts the time that this process could not run as a standstill', async () => {
    isSilent = false;
    control = await startControl();
    const startedAt = performance.now();
    compute(600);
    expect(control.elapsed(startedAt)).toBeLessThan(300);
  });

  it('does not leave out the time in which a node computes', async () => {
    control = await startControl(() => performance.now());
    const startedAt = performance.now();
    await aborted(control.timeout(300));
    // If the node were excused, the clock of the lab would stand still until the time limit that holds in any case.
    expect(control.elapsed(startedAt)).toBeGreaterThan(290);
  });

  it.runIf(process.platform === 'linux')('measures how long a node computes before it answers', async () => {
    isSilent = false;
    computesMs = 60;
    // The server of this test is in this process.
    control = await startControl();
    await vi.waitUntil(() => control.longestBlockSeconds >= 0.05, 10_000);
    expect(control.longestBlockSeconds).toBeLessThan(1);
  });
});

/** Uses the processor for this time, which takes longer on a busy machine. */
function compute(ms: number): void {
  const before = process.cpuUsage();
  const usedMs = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (usedMs() < ms);
}
