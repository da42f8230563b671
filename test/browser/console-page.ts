import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

/** Whether there is no browser. In CI that is an error. */
export const isSkipped = findChromium() === null && process.env['CI'] === undefined;
/** How the name of a group of tests ends that is skipped. */
export const SKIPPED = isSkipped ? ` (${NO_CHROMIUM})` : '';

/** How long a test waits for the page. */
export const withinSeconds = { timeout: 45_000, interval: 50 };

interface Opened {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an application once, and for each test a new page of it in a browser context, and so with cookies, of its own. */
export function useConsole(path?: string): ConsolePage & { app: TestApp };
export function useConsole(path: string, start: () => Promise<Opened>): ConsolePage;
export function useConsole(path = '/', start: () => Promise<Opened> = startDemo): ConsolePage {
  const console = new ConsolePage();
  beforeAll(async () => {
    console.browser = await launchChromium();
    console.app = await start();
  }, 180_000);
  afterAll(async () => {
    await Promise.all([console.browser?.close(), console.app?.close()]);
  });
  beforeEach(() => console.open(path));
  afterEach(async () => {
    for (const context of console.browser.contexts()) await context.close();
  });
  return console;
}

function startDemo(): Promise<TestApp> {
  return startApp({ settings: { DEMO: 'true' } });
}

/** The page of the current test, and what every test does with it. */
export class ConsolePage {
  app!: Opened;
  browser!: Browser;
  page!: Page;
  /** Errors that no code of the page has caught. */
  errors: string[] = [];

  async open(path: string): Promise<void> {
    const context = await this.browser.newContext();
    context.setDefaultTimeout(withinSeconds.timeout);
    this.page = await context.newPage();
    this.errors = [];
    this.page.on('pageerror', (error) => this.errors.push(error.message));
    await this.page.goto(this.app.url + path);
  }

  click(testId: string): Promise<void> {
    return this.page.getByTestId(testId).click();
  }

  async textOf(testId: string): Promise<string> {
    return (await this.page.getByTestId(testId).textContent()) ?? '';
  }

  /** Waits until the element has a text that matches. */
  async waitForText(testId: string, text: RegExp): Promise<void> {
    const element = this.page.getByTestId(testId);
    try {
      await element.filter({ hasText: text }).waitFor();
    } catch (cause) {
      const found = JSON.stringify(await element.allTextContents());
      throw new Error(`No text of ${testId} matches ${text}: ${found}`, { cause });
    }
  }

  /** Opens a view with the navigation. */
  async show(view: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Views' }).getByText(view, { exact: true }).click();
  }
}
