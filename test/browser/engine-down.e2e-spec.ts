import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

const withinSeconds = { timeout: 30_000, interval: 50 };
const skipped = findChromium() === null && process.env['CI'] === undefined;

describe.skipIf(skipped)(`the console while the engine is down${skipped ? ` (${NO_CHROMIUM})` : ''}`, () => {
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
    page = await browser.newPage();
    page.setDefaultTimeout(withinSeconds.timeout);
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${app.url}/#/sessions`);
    await page.getByTestId('sign-in').click();
    await page.getByTestId('signed-in-user').waitFor();
  });

  afterEach(() => page.close());

  const open = (view: string) => page.getByRole('navigation', { name: 'Views' }).getByText(view).click();
  const textOf = (testId: string) => page.getByTestId(testId).textContent();
  const sessions = () => page.locator('.panel-sessions');
  const version = async () => Number(await textOf('leaderboard-version'));
  const reloadSession = () => page.getByRole('button', { name: /^(Refresh|Retry now)$/ }).click();
  const boardMoves = async () => {
    await open('Leaderboard');
    const before = await version();
    await expect.poll(version, withinSeconds).toBeGreaterThan(before);
  };
  const flightsAnswer = async () => {
    await open('Query cache');
    await page.getByTestId('ask-once').click();
    await expect.poll(() => textOf('outcome'), withinSeconds).toMatch(/^(hit|miss|degraded)$/);
    expect(await page.getByRole('region', { name: 'Result' }).getByRole('row').count()).toBeGreaterThan(1);
  };

  it('shows the outage, does not claim that the visitor is signed out, answers flights, and recovers', async () => {
    await app.engine.kill();
    await reloadSession();
    await sessions().getByText('You were signed in as ada, and have not been signed out.').waitFor();
    expect(await page.getByTestId('sign-in').count()).toBe(0);
    await open('Leaderboard');
    await page.locator('.panel-leaderboard').getByText('The engine is down.').waitFor();
    await flightsAnswer();

    await app.engine.restart();
    await boardMoves();
    await open('Sessions');
    // The engine stores nothing on disk, so the session is lost.
    await sessions().getByText('Your session has ended').waitFor();
    await page.getByTestId('sign-in').click();
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    expect(errors).toEqual([]);
  });

  it('shows the visitor signed in again after the engine was paused', async () => {
    app.engine.pause();
    await reloadSession();
    await sessions().getByText('You were signed in as ada, and have not been signed out.').waitFor();
    await flightsAnswer();
    app.engine.resume();
    await open('Sessions');
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    await boardMoves();
    expect(errors).toEqual([]);
  });
});
