import { describe, expect, it } from 'vitest';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';

/** When the page first showed its parts and sent its questions about flights, by its own clock. */
interface Timeline {
  shown: Record<string, number>;
  asked: number[];
}
const TIMELINE = `({
  shown: Object.fromEntries(performance.getEntriesByType('mark').map(({ name, startTime }) => [name, startTime])),
  asked: performance.getEntriesByType('resource')
    .filter(({ name }) => name.includes('/flights/')).map(({ startTime }) => startTime),
})`;

describe.skipIf(isSkipped)(`the overview of the console${SKIPPED}`, () => {
  const opened = useConsole();
  const textOf = (testId: string) => opened.textOf(testId);
  const invalidate = async (tag: string) => {
    const headers = { 'content-type': 'application/json' };
    const url = `${opened.app.url}/api/query-cache/invalidations`;
    const body = JSON.stringify({ tag });
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  };

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

  it('shows a figure after the first answer, and the comparison after one query of the database', async () => {
    const { page } = opened;
    await page.getByTestId('server-textbook').waitFor();
    await invalidate('airport:JFK');
    await page.reload();
    await page.getByTestId('server-textbook').waitFor();
    await expect.poll(() => textOf('queries-now'), withinSeconds).toMatch(/^\d+$/);
    const { shown, asked } = await page.evaluate<Timeline>(TIMELINE);
    const askedBefore = (part: string) => asked.filter((at) => at <= (shown[part] ?? 0)).length;
    expect(Object.keys(shown).toSorted()).toEqual(['comparison', 'drawing', 'first figure', 'live rates']);
    expect(shown['first figure']).toBeLessThan(shown['comparison'] ?? 0);
    // The database and the module are asked at once. The next question is sent before the page paints the answer.
    expect(askedBefore('first figure')).toBeLessThanOrEqual(3);
    // The direct side and then the module have been measured, and the textbook is next.
    expect(askedBefore('comparison')).toBeLessThanOrEqual(7);
    expect(asked).toHaveLength(10);
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

  it('has the plots of the time before the page opened', async () => {
    await opened.page.getByTestId('server-textbook').waitFor();
    await opened.page.reload();
    const line = opened.page.locator('.rate polyline').first();
    const points = async () => ((await line.getAttribute('points')) ?? '').split(' ').length;
    await expect.poll(points, withinSeconds).toBeGreaterThan(3);
    // The page is younger than its plots.
    expect(await points()).toBeGreaterThan(await opened.page.evaluate<number>('performance.now() / 1000'));
  });

  it('marks an invalidation in the plots of the last minutes', async () => {
    await opened.page.getByTestId('server-textbook').waitFor();
    await expect.poll(() => textOf('queries-now'), withinSeconds).toMatch(/^\d+$/);
    const lines = opened.page.locator('.rate').first().locator('line');
    const before = await lines.count();
    await invalidate('airport:JFK');
    await expect.poll(() => lines.count(), withinSeconds).toBe(before + 1);
    await opened.page.getByTestId('marks').getByText('invalidated').last().waitFor();
  });
});
