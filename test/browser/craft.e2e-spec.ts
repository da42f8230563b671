import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.js';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';
import { keepScreenshots } from './screenshots.js';

const VIEWS = ['overview', 'query-cache', 'sessions', 'leaderboard', 'break-it', 'claims'];
/** Text that fades in has less contrast for a moment. */
const settled = { reducedMotion: 'reduce' } as const;
const WIDTHS = [360, 768, 1920];

describe.skipIf(isSkipped)(`every view of the console${SKIPPED}`, () => {
  const opened = useConsole();

  const openPage = async (): Promise<Page> => (await opened.browser.newContext()).newPage();
  const load = async (page: Page, view: string): Promise<void> => {
    await page.goto(`${opened.app.url}/#/${view}`);
    await page.getByTestId('health-pill').first().waitFor();
  };
  const open = async (view: string): Promise<Page> => {
    await load(opened.page, view);
    return opened.page;
  };

  describe.each(VIEWS)('%s', (view) => {
    it('has no fault that axe finds, in light and in dark', async () => {
      const page = await open(view);
      await page.emulateMedia({ ...settled, colorScheme: 'light' });
      const inLight = await accessibilityFaults(page);
      await page.emulateMedia({ ...settled, colorScheme: 'dark' });
      const inDark = await accessibilityFaults(page);
      expect({ inLight, inDark }).toEqual({ inLight: [], inDark: [] });
    });

    it('loses nothing from 360 to 1920 px', async () => {
      const page = await open(view);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
      await keepScreenshots(page, view);
    });

    it('logs nothing for a visitor who has never signed in', async () => {
      const page = await openPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => complaints.push(message.text()));
      await load(page, view);
      await page.waitForLoadState('networkidle');
      expect(complaints).toEqual([]);
    });
  });

  it('has a page /docs, whose examples work when pressed', async () => {
    const page = await openPage();
    await page.goto(`${opened.app.url}/docs`);
    for (const [method, path] of [
      ['get', '/api/flights/{id}'],
      ['post', '/api/sessions'],
      // With the cookie of the sign-in.
      ['patch', '/api/sessions/current/data'],
    ] as const) {
      const operation = page
        .locator(`.opblock-${method}`)
        .filter({ has: page.locator(`[data-path="${path}"]`) });
      await operation.locator('.opblock-summary-control').click();
      await operation.getByRole('button', { name: 'Try it out' }).click();
      await operation.getByRole('button', { name: 'Execute' }).click();
      const status = operation.locator('.live-responses-table .response-col_status').last();
      await expect.poll(() => status.textContent(), withinSeconds).toMatch(/^20[01]/);
    }
  });

  it('is sent compressed, in less than 150 KB, and its assets may be stored for a year', async () => {
    const page = await openPage();
    const sizes: Promise<number>[] = [];
    const headers: Record<string, string>[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/assets/')) return;
      headers.push(response.headers());
      sizes.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      );
    });
    await load(page, 'overview');
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(150_000);
    for (const header of headers) {
      expect(header).toMatchObject({
        'content-encoding': expect.stringMatching(/^(br|gzip)$/),
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
      });
    }
  });
});
