import { describe, expect, it } from 'vitest';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';

describe.skipIf(isSkipped)(`the overview of the console${SKIPPED}`, () => {
  const opened = useConsole();
  const textOf = (testId: string) => opened.textOf(testId);

  it('compares the three sides without a click, in words that fit the times it shows', async () => {
    const { page } = opened;
    await page.getByTestId('headline').waitFor();
    for (const side of ['direct', 'textbook', 'module']) {
      const state = () => page.getByTestId(`side-${side}`).getAttribute('data-kind');
      await expect.poll(state, withinSeconds).toBe('answered');
    }
    const [direct, module] = [await textOf('server-direct'), await textOf('server-module')];
    const words = await textOf('headline');
    expect(direct).toMatch(/^[\d.]+ m?s$/);
    expect(module).toMatch(/^[\d.]+ ms$/);
    expect(words).toMatch(/^([\d,.]+ times faster than|about as fast as|slower than) the database$/);
    expect(await page.getByRole('main').textContent()).not.toContain('–');
    expect(opened.errors).toEqual([]);
  });

  it('compares once: a second visit of the view sends no further requests', async () => {
    const { page } = opened;
    await page.getByTestId('server-textbook').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const open = (name: string) => page.getByRole('link', { name, exact: true }).click();
    await open('Sessions');
    await page.getByTestId('sign-in').waitFor();
    await open('Overview');
    await page.getByTestId('headline').waitFor();
    expect(asked.filter((path) => path.includes('/flights/'))).toEqual([]);
  });

  it('shows hit ratio, avoided queries and the engine with its encryption', async () => {
    const { page } = opened;
    await page.getByTestId('server-textbook').waitFor();
    await expect.poll(() => textOf('hit-ratio'), withinSeconds).toMatch(/^\d+\.\d %$/);
    await expect.poll(async () => Number(await textOf('avoided')), withinSeconds).toBeGreaterThan(4);
    await expect.poll(() => textOf('queries-now'), withinSeconds).toMatch(/^\d+$/);
    const system = page.getByTestId('system');
    await system.getByText('no TLS').waitFor();
    await system.getByText('primary').waitFor();
    await expect.poll(() => system.textContent(), withinSeconds).toMatch(/\d+ statements\/s/);
  });

  it('marks an invalidation in the plots of the last minutes', async () => {
    await opened.page.getByTestId('server-textbook').waitFor();
    const invalidation = JSON.stringify({ tag: 'airport:ORD' });
    const headers = { 'content-type': 'application/json' };
    const url = `${opened.app.url}/api/query-cache/invalidations`;
    expect((await fetch(url, { method: 'POST', headers, body: invalidation })).status).toBe(200);
    await opened.page.getByTestId('marks').getByText('invalidated').waitFor();
    const lines = opened.page.locator('.rate').first().locator('line');
    await expect.poll(() => lines.count(), withinSeconds).toBe(1);
  });
});
