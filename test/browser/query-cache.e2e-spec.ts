import { describe, expect, it } from 'vitest';
import type { BurstReport } from '../../src/demo/console/console.wire.js';
import { isSkipped, SKIPPED, useConsole } from './console-page.js';
import { contrastsOf } from './contrast.js';

describe.skipIf(isSkipped)(`the query cache in the console${SKIPPED}`, () => {
  const opened = useConsole('/#/query-cache');
  const click = (testId: string) => opened.click(testId);
  const textOf = (testId: string) => opened.textOf(testId);
  const expectText = (testId: string, text: RegExp) => opened.waitForText(testId, text);
  const rows = () => opened.page.getByTestId('lookups').getByRole('listitem');

  it('answers the chosen question on all three sides', async () => {
    await opened.page.getByRole('combobox', { name: /^Query/ }).selectOption('flight');
    await opened.page.getByLabel('Flight id').fill('42');
    await click('compare-sides');
    for (const side of ['direct', 'textbook', 'module']) await expectText(`server-${side}`, /^[\d.]+ ms$/);
    expect(opened.errors).toEqual([]);
  });

  it('shows what the server refuses below its input', async () => {
    const from = opened.page.getByLabel('From', { exact: true });
    const error = opened.page.getByTestId('field-error');
    await from.fill('New York');
    await click('ask-once');
    await error.filter({ hasText: 'must be an IATA code of three letters such as JFK' }).waitFor();
    expect(await from.getAttribute('aria-invalid')).toBe('true');
    expect(await from.getAttribute('aria-describedby')).toBe(await error.getAttribute('id'));
    expect(await opened.page.getByTestId('problem').count()).toBe(0);

    await from.fill('JFK');
    await click('ask-once');
    await expectText('outcome', /^(miss|hit)$/);
    expect(await error.count()).toBe(0);
    expect(await from.getAttribute('aria-invalid')).toBeNull();
  });

  it('sends 500 equal requests at once to each side: on that of the module one reaches the database', async () => {
    await opened.page.getByLabel('From', { exact: true }).fill('JFK');
    await click('burst');
    await expectText('burst-module', /^1 of 500 reached the database/);
    for (const side of ['textbook', 'direct'])
      await expectText(`burst-${side}`, /^\d+ of 500 reached the database/);
  }, 150_000);

  it.each(['textbook', 'direct'])(
    'counts more than one query for 50 requests to the %s side',
    async (side) => {
      const body = JSON.stringify({ side, requests: 50, question: { query: 'top-routes', origin: 'SEA' } });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${opened.app.url}/api/console/bursts`, { method: 'POST', headers, body });
      const report = (await response.json()) as BurstReport;
      expect(report).toMatchObject({ side, requests: 50 });
      expect(report.flightQueries).toBeGreaterThan(1);
    },
  );

  it('invalidates one answer, all with a tag, all of a query, or everything: the next request is a miss', async () => {
    const ask = async () => {
      const answered = opened.page.waitForResponse(/\/api\/flights/);
      await click('ask-once');
      await answered;
    };
    for (const invalidate of ['invalidate-entry', 'invalidate-tag', 'invalidate-query', 'invalidate-all']) {
      await ask();
      await opened.page.getByTestId('outcome').waitFor();
      await ask();
      await expectText('outcome', /^hit$/);
      await click(invalidate);
      await expectText('invalidated', /The next request is a miss/);
      await ask();
      await expectText('outcome', /^miss$/);
      await opened.page.reload();
    }
  });

  it('lets an answer expire, and requests it again: stale, while a new one is loaded', async () => {
    await opened.page.getByRole('combobox', { name: /^Query/ }).selectOption('weather');
    await click('ask-once');
    await expectText('outcome', /^(miss|hit)$/);
    await click('let-expire');
    await expectText('outcome', /^stale$/);
    await expectText('let-expire', /^Let it expire$/);
  });

  it('adds a flight: the module answers with it at once, and the textbook still without it', async () => {
    await click('add-flight');
    await opened.page.getByText('Sign in first').click();
    await click('sign-in');
    await opened.page.getByTestId('signed-in-user').waitFor();
    await opened.page.getByRole('link', { name: 'Query cache' }).click();
    await click('add-flight');
    await expectText('new-flight-module', /the new answer/);
    const [direct, module, textbook] = await Promise.all(
      ['direct', 'module', 'textbook'].map((side) => textOf(`new-flight-${side}`)),
    );
    expect(module).toBe(direct);
    expect(textbook).toMatch(/still the old answer/);
  });

  it('filters the feed by outcome, and holds it while it is paused', async () => {
    await click('ask-once');
    await opened.page.getByTestId('outcome').waitFor();
    await click('ask-once');
    await expectText('outcome', /^hit$/);
    await opened.page
      .getByRole('group', { name: /outcomes/ })
      .getByText('hit', { exact: true })
      .click();
    await rows().first().waitFor();
    const shown = await opened.page.getByTestId('lookups').locator('.tag').allTextContents();
    expect(new Set(shown)).toEqual(new Set(['hit']));

    await click('pause');
    const held = await rows().count();
    await click('ask-once');
    await expectText('pause', /^Continue, [1-9]\d* new$/);
    expect(await rows().count()).toBe(held);
    await click('pause');
    await expectText('pause', /^Pause$/);
  });

  it('shows outcome, duration, tier, key and ttl left of each lookup, also at 360 px', async () => {
    await click('ask-once');
    await opened.page.setViewportSize({ width: 360, height: 900 });
    const summary = rows().filter({ hasText: 'flights.top-routes' }).first().locator('summary');
    // Text that CSS hides is not part of it.
    expect(await summary.innerText()).toMatch(
      /(hit|stale|miss)\s+[\d.]+ ms\s+flights\.top-routes\s+(local|engine|database)\s+[\w-]{8}\s+ttl -?\d+ s$/,
    );
  });

  it('shows everything known of a lookup when it is opened by keyboard', async () => {
    await click('ask-once');
    const summary = rows().first().locator('summary');
    await summary.focus();
    await opened.page.keyboard.press('Enter');
    await opened.page
      .getByTestId('lookups')
      .locator('details[open]')
      .getByText('answered by', { exact: true })
      .waitFor();
    expect(
      await opened.page.getByTestId('lookups').locator('details[open]').getByTestId('waterfall').isVisible(),
    ).toBe(true);
  });

  it.each(['light', 'dark'] as const)(
    'gives each outcome a word and a colour of its own, readable in the %s theme',
    async (colorScheme) => {
      await opened.page.emulateMedia({ colorScheme });
      await opened.page.getByRole('group', { name: /outcomes/ }).waitFor();
      const found = await contrastsOf(opened.page, '.filter button');
      expect(new Set(found.map(({ color }) => color)).size).toBe(9);
      expect(found.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    },
  );
});
