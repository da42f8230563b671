import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../local/index.js';
import { startApp, type TestApp, type TestNode } from '../support/app.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';
import { keepScreenshots } from './screenshots.js';

const withinSeconds = { timeout: 30_000, interval: 50 };
const skipped = findChromium() === null && process.env['CI'] === undefined;

describe.skipIf(skipped)(`the sessions in the console${skipped ? ` (${NO_CHROMIUM})` : ''}`, () => {
  let app: TestApp;
  let other: TestNode;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    app = await startApp({ settings: { DEMO: 'true' } });
    other = await app.startNode();
  });

  afterAll(async () => {
    await browser?.close();
    await other?.close();
    await app?.close();
  });

  beforeEach(async () => {
    page = await signIn('first device');
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  /** In a browser context, and so with cookies, of its own. */
  const signIn = async (device: string, node: TestNode = app): Promise<Page> => {
    const context = await browser.newContext();
    context.setDefaultTimeout(withinSeconds.timeout);
    const opened = await context.newPage();
    await opened.goto(`${node.url}/#/sessions`);
    await opened.getByLabel('Device').fill(device);
    await opened.getByTestId('sign-in').click();
    await opened.getByTestId('signed-in-user').waitFor();
    return opened;
  };
  const answeredBy = (device: Page) => device.getByTestId('answered-by').textContent();
  const deviceNames = () => page.getByTestId('devices').locator('strong').allTextContents();

  it('lists the devices of all nodes, and signs one out on another node, whose page shows it without a reload', async () => {
    const second = await signIn('second phone', other);
    await expect.poll(deviceNames, withinSeconds).toContain('second phone');
    await page.getByRole('button', { name: 'Sign out second phone' }).click();
    const end = () => second.getByTestId('session-end').textContent();
    await expect.poll(end, withinSeconds).toContain('another device signed this one out');
    expect(await second.getByTestId('signed-in-user').count()).toBe(0);
    await expect.poll(deviceNames, withinSeconds).not.toContain('second phone');
    expect(await page.getByTestId('signed-in-user').textContent()).toBe('ada');
  });

  it('signs in a second device of its own and stays signed in itself', async () => {
    await page.getByTestId('second-device').click();
    await expect.poll(deviceNames, withinSeconds).toContain('second device');
    await page.reload();
    await expect.poll(() => page.getByTestId('signed-in-user').textContent(), withinSeconds).toBe('ada');
  });

  it('opens a window that is another device, and signs it out within a second on another node', async () => {
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: /second device in a window/ }).click();
    const second = await opened;
    await second.getByTestId('sign-in').waitFor();
    // Cookies ignore ports: the window stays at its own name of this machine.
    await second.goto(second.url().replace(new URL(app.url).port, new URL(other.url).port));
    await second.getByLabel('Device').fill('the window');
    await second.getByTestId('sign-in').click();
    await second.getByTestId('signed-in-user').waitFor();
    await expect.poll(() => answeredBy(second), withinSeconds).toBe(new URL(other.url).host);
    await expect.poll(deviceNames, withinSeconds).toContain('the window');
    await keepScreenshots(page, 'sessions-two-nodes');
    await page.getByRole('button', { name: 'Sign out the window' }).click();
    await second.getByText('another device signed this one out').waitFor();
    await keepScreenshots(second, 'sessions-signed-out');
    expect(await page.getByTestId('signed-in-user').textContent()).toBe('ada');
  });

  it('asks for the password before it signs out a device, if the sign-in was long ago', async () => {
    const second = await signIn('old phone', other);
    await expect.poll(deviceNames, withinSeconds).toContain('old phone');
    const key = String(await page.locator('.bytes').first().textContent());
    await (app.engine as LocalEngine).command('HSET', key, 'createdAt', `${Date.now() - 3_600_000}`);
    await page.getByRole('button', { name: 'Sign out old phone' }).click();
    await page.getByLabel('Your password').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await second.getByTestId('session-end').waitFor();
    await expect.poll(deviceNames, withinSeconds).not.toContain('old phone');
    expect(await page.getByTestId('signed-in-user').textContent()).toBe('ada');
  });

  it('names the node that answered', async () => {
    const second = await signIn('second phone', other);
    await expect.poll(() => answeredBy(page), withinSeconds).toBe(new URL(app.url).host);
    await expect.poll(() => answeredBy(second), withinSeconds).toBe(new URL(other.url).host);
  });

  it('keeps the note of a guest in the session of the sign-in', async () => {
    await page.getByTestId('sign-out').click();
    await page.getByLabel('A note as a guest').fill('aisle seat');
    await page.getByTestId('save-note').click();
    await page.getByTestId('guest-note').waitFor();
    await page.reload();
    const kept = () => page.getByTestId('guest-note').textContent();
    await expect.poll(kept, withinSeconds).toContain('aisle seat');
    await page.getByTestId('sign-in').click();
    await page.getByTestId('sealed').waitFor();
    expect(await page.getByLabel('A note in your session').inputValue()).toBe('aisle seat');
  });

  it('shows that the engine stores the data of the session sealed', async () => {
    const sealed = () => page.getByTestId('sealed').textContent();
    const before = await sealed();
    await page.getByTestId('note').fill('window seat');
    await page.getByTestId('save-note').click();
    await expect.poll(sealed, withinSeconds).not.toBe(before);
    expect(await sealed()).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(Buffer.from(String((await sealed())?.split('.')[1]), 'base64url').toString()).not.toContain(
      'window',
    );
    await page.reload();
    await page.getByTestId('sealed').waitFor();
    expect(await page.getByTestId('note').inputValue()).toBe('window seat');
  });
});
