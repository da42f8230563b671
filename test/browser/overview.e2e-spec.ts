import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

const withinSeconds = { timeout: 30_000, interval: 50 };
const skipped = findChromium() === null && process.env['CI'] === undefined;

describe.skipIf(skipped)(`the overview of the console${skipped ? ` (${NO_CHROMIUM})` : ''}`, () => {
  let app: TestApp;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startApp({ settings: { DEMO: 'true' } });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  beforeEach(async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(withinSeconds.timeout);
    page = await context.newPage();
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
  });

  afterEach(() => page.context().close());

  const textOf = async (testId: string) => (await page.getByTestId(testId).textContent()) ?? '';

  it('compares the three sides without a click, in words that fit the times it shows', async () => {
    await page.goto(app.url);
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
    expect(errors).toEqual([]);
  });

  it('compares once: a second visit of the view sends no further requests', async () => {
    await page.goto(app.url);
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
    await page.goto(app.url);
    await page.getByTestId('server-textbook').waitFor();
    await expect.poll(() => textOf('hit-ratio'), withinSeconds).toMatch(/^\d+\.\d %$/);
    await expect.poll(async () => Number(await textOf('avoided')), withinSeconds).toBeGreaterThan(4);
    await expect.poll(() => textOf('queries-now'), withinSeconds).toMatch(/^\d+$/);
    const system = page.getByTestId('system');
    await system.getByText('no TLS').waitFor();
    await system.getByText('primary').waitFor();
    await expect.poll(() => system.textContent(), withinSeconds).toMatch(/\d+ statements\/s/);
  });
});
