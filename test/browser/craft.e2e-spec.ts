import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { accessibilityFaults } from './accessibility.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

const skipped = findChromium() === null && process.env['CI'] === undefined;
const VIEWS = ['overview', 'query-cache', 'sessions', 'leaderboard', 'break-it', 'claims'];
const WIDTHS = [360, 768, 1920];

describe.skipIf(skipped)(`every view of the console${skipped ? ` (${NO_CHROMIUM})` : ''}`, () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startApp({ settings: { DEMO: 'true' } });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  const open = async (view: string): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${app.url}/#/${view}`);
    await page.getByTestId('health-pill').first().waitFor();
    return page;
  };

  describe.each(VIEWS)('%s', (view) => {
    it('has no fault that axe finds, in light and in dark', async () => {
      const page = await open(view);
      await page.emulateMedia({ colorScheme: 'light' });
      const inLight = await accessibilityFaults(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const inDark = await accessibilityFaults(page);
      expect({ inLight, inDark }).toEqual({ inLight: [], inDark: [] });
    });

    it('loses nothing from 360 to 1920 px', async () => {
      const page = await open(view);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
    });

    it('logs nothing for a visitor who has never signed in', async () => {
      const page = await (await browser.newContext()).newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(`${app.url}/#/${view}`);
      await page.getByTestId('health-pill').first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(complaints).toEqual([]);
    });
  });

  it('is sent compressed, in less than 150 KB, and its assets may be stored for a year', async () => {
    const page = await (await browser.newContext()).newPage();
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
    await page.goto(app.url);
    await page.getByTestId('health-pill').first().waitFor();
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
