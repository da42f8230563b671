import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.js';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';
import { launch } from './launched.js';
import { keepScreenshots } from './screenshots.js';

describe.skipIf(isSkipped)(`the view Break it, on a Sentinel stack${SKIPPED}`, () => {
  const opened = useConsole('/#/break-it', () => launch('sentinel'));
  const click = (testId: string) => opened.click(testId);
  const expectText = (testId: string, text: RegExp) => opened.waitForText(testId, text);
  const act = (action: string, name: string) =>
    opened.page.getByRole('button', { name: `${action} ${name}`, exact: true }).click();
  const events = () => opened.page.getByTestId('events').textContent();

  it('shows a failover: its events, the requests of both sides, and that the module lost no score', async () => {
    await expectText('role-primary', /^primary$/);
    await click('load');
    await expectText('counts-module-score', /^[3-9] answered/);
    await act('Kill', 'primary');
    await expectText('state-primary', /^stopped$/);
    await expect.poll(events, withinSeconds).toMatch(/primary stopped.*replica-\d was promoted to primary/);
    await expectText('promotion', /^replica-\d was promoted \d+\.\d s after primary stopped\.$/);
    await act('Restart', 'primary');
    await expect.poll(events, withinSeconds).toMatch(/primary is running again.*primary became a replica/);
    await keepScreenshots(opened.page, 'break-it-failover');
    // The load stops by itself after 90 s, for example in a slow failover.
    if ((await opened.textOf('load')) === 'Stop') await click('load');
    await expectText('scores-module', /^Scores acknowledged: (\d+), on the board: \1, lost: 0\.$/);
    await expectText('scores-textbook', /^Scores acknowledged: \d+, on the board: \d+, lost: \d+\.$/);
    await expectText('requests-module', /^(All|Of) \d+ requests/);
    await keepScreenshots(opened.page, 'break-it-afterwards');
    expect(opened.errors).toEqual([]);
  }, 180_000);

  it('sends nothing after the visitor has left the view', async () => {
    await click('load');
    await expectText('counts-module-query', /^[1-9]\d* answered/);
    await opened.show('Sessions');
    await opened.page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    const sent: string[] = [];
    opened.page.on('request', (request) => sent.push(new URL(request.url()).pathname));
    await opened.page.waitForResponse(/health\/ready/);
    await opened.page.waitForResponse(/health\/ready/);
    expect(sent.filter((path) => /scores|textbook|flights/.test(path))).toEqual([]);
  });

  it('is operated by keyboard, and reports a paused server', async () => {
    await opened.page.getByRole('button', { name: 'Pause sentinel-3' }).focus();
    await opened.page.keyboard.press('Enter');
    await expectText('state-sentinel-3', /^paused$/);
    await opened.page.getByRole('button', { name: 'Resume sentinel-3' }).focus();
    await opened.page.keyboard.press('Enter');
    await expectText('state-sentinel-3', /^running$/);
  });

  it('cuts a zone off and restores it', async () => {
    for (const [action, state] of [
      ['Cut', /^paused$/],
      ['Restore', /^running$/],
    ] as const) {
      await opened.page.getByRole('button', { name: `${action} zone c` }).click();
      for (const name of ['replica-2', 'sentinel-3']) await expectText(`state-${name}`, state);
    }
    await expectText('state-replica-1', /^running$/);
  });

  it('scrolls to the newest event when the list is longer than its box', async () => {
    const box = opened.page.getByRole('log', { name: 'Events' });
    const list = opened.page.getByTestId('events');
    const extentOf = async (one: Locator) => {
      const { y, height } = (await one.boundingBox()) ?? { y: 0, height: 0 };
      return { height, bottom: y + height };
    };
    while ((await extentOf(list)).height <= (await extentOf(box)).height) {
      await act('Pause', 'sentinel-3');
      await expectText('state-sentinel-3', /^paused$/);
      await act('Resume', 'sentinel-3');
      await expectText('state-sentinel-3', /^running$/);
    }
    const end = (await extentOf(box)).bottom;
    const newest = list.getByRole('listitem').last();
    await expect.poll(async () => (await extentOf(newest)).bottom, withinSeconds).toBeCloseTo(end, 0);
  });

  it('has no fault that axe finds, and loses nothing from 360 to 1920 px', async () => {
    await expectText('role-replica-1', /primary|replica/);
    await expectText('events', /sentinel-3/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.page.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(opened.page)).toEqual([]);
    }
    for (const width of [360, 768, 1920]) {
      await opened.page.setViewportSize({ width, height: 900 });
      expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  it('shows in the view Sessions that the session survives a restart of the app, and of the primary', async () => {
    await opened.show('Sessions');
    await click('sign-in');
    await expectText('signed-in-user', /^ada$/);
    const buttons = opened.page.getByRole('region', { name: 'What survives a restart' }).getByRole('button');
    await expect.poll(() => buttons.count(), withinSeconds).toBe(2);
    for (const button of await buttons.allTextContents()) {
      await opened.page.getByRole('button', { name: button, exact: true }).click();
      const name = button.replace('Restart ', '');
      await expectText(
        'survival',
        new RegExp(`^${name} was restarted\\. You are still signed in as ada\\.$`),
      );
    }
    expect(opened.errors).toEqual([]);
  });

  it('draws the nodes with their roles on the overview', async () => {
    await opened.show('Overview');
    const system = opened.page.getByTestId('system');
    await expect.poll(() => system.textContent(), withinSeconds).toMatch(/replica-1.*(primary|replica)/);
    const nodes = opened.page.locator('.nodes');
    expect(await nodes.textContent()).toContain('sentinel-3');
  });
});
