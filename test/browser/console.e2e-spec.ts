import type { ConsoleMessage, Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestNode } from '../support/app.js';
import { accessibilityFaults } from './accessibility.js';
import { Arena } from './arena.js';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';

describe.skipIf(isSkipped)(`the console at /${SKIPPED}`, () => {
  const opened = useConsole();
  let other: TestNode;
  let complaints: string[];

  beforeAll(async () => {
    other = await opened.app.startNode();
  });
  afterAll(() => other?.close());

  beforeEach(async () => {
    complaints = [];
    opened.page.on('pageerror', (error) => complaints.push(error.message));
    opened.page.on('console', (message) => {
      if (message.type() === 'error' && !isRefusalByTheApi(message)) complaints.push(message.text());
    });
    // The listeners must be there before the page loads.
    await opened.page.reload();
  });

  const open = (view: string) => opened.show(view);
  const textOf = (testId: string) => opened.textOf(testId);
  const runQuery = () => opened.page.getByTestId('ask-once').click();
  const chooseWay = (way: 'Cached' | 'Uncached') =>
    opened.page.getByTestId('cache-switch').getByLabel(way, { exact: true }).check();
  const expectOutcome = async (outcome: string) => {
    await expect.poll(() => textOf('outcome'), withinSeconds).toBe(outcome);
  };
  /** Another device of the same account signs out everywhere else. */
  const signOutElsewhere = async () => {
    const body = JSON.stringify({ username: 'ada', password: 'correct horse battery staple' });
    const headers = { 'content-type': 'application/json' };
    const signedIn = await fetch(`${opened.app.url}/api/sessions`, { method: 'POST', headers, body });
    const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
    const others = `${opened.app.url}/api/sessions?except=current`;
    expect((await fetch(others, { method: 'DELETE', headers: { cookie } })).status).toBe(200);
  };
  /** Read in one step: a list of locators could contain rows that have been removed meanwhile. */
  const ranksIn = (list: Locator): Promise<number[]> =>
    list.evaluate((board) =>
      Array.from(board.querySelectorAll('.board-rank'), ({ textContent }) => Number(textContent)),
    );
  const version = async () => Number(await textOf('leaderboard-version'));

  it('shows ten ranked players and updates the board live', async () => {
    await open('Leaderboard');
    const rows = opened.page.getByTestId('leaderboard-row');
    await expect.poll(() => rows.count(), withinSeconds).toBe(10);
    const first = await version();
    await expect.poll(version, withinSeconds).toBeGreaterThan(first);
    const ranks = await ranksIn(opened.page.locator('.panel-leaderboard .board'));
    expect(ranks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('follows a clicked player and shows the neighbours', async () => {
    await open('Leaderboard');
    // Rows move and disappear while the pointer approaches them.
    await opened.page.getByTestId('leaderboard-row').last().getByRole('button').dispatchEvent('click');
    await expect.poll(() => textOf('followed'), withinSeconds).toMatch(/Following .+, rank \d+ with [\d,]+/);
    const neighbours = opened.page.getByRole('list', { name: 'Players around the one you follow' });
    const readRanks = () => ranksIn(neighbours);
    await expect.poll(async () => (await readRanks()).length, withinSeconds).toBeGreaterThanOrEqual(3);
    const ranks = await readRanks();
    expect(ranks).toEqual(ranks.map((_, i) => (ranks[0] ?? 0) + i));
  });

  it('shows the rows of GET on another node at the same version after 1,000 random changes on both and a lost connection', async () => {
    const arena = new Arena(opened.app, other);
    await open('Leaderboard');
    await expect.poll(version, withinSeconds).toBeGreaterThan(0);
    await arena.setRate(0);
    await arena.change(400);
    const before = Number(await textOf('snapshots'));
    arena.disconnectViewers();
    await opened.page.getByTestId('board-lost').waitFor();
    await arena.change(200);
    await expect.poll(() => textOf('leaderboard-connection'), withinSeconds).toBe('live');
    arena.sendMalformed(null, { version: 1 }, { entries: [{ rank: 'first' }] });
    await arena.change(400);

    const { version: newest, entries } = await arena.page();
    await expect.poll(version, withinSeconds).toBe(newest);
    const rows = await opened.page.getByTestId('leaderboard-row').evaluateAll((list) =>
      list.map((row) => {
        const text = (part: string) => row.querySelector(`.board-${part}`)?.textContent ?? '';
        return { rank: text('rank'), name: text('name'), score: text('score') };
      }),
    );
    expect(rows).toEqual(
      entries.map(({ rank, playerId, name, score }) => ({
        rank: String(rank),
        name: name ?? playerId,
        score: score.toLocaleString('en-US'),
      })),
    );
    expect((await arena.page()).version).toBe(newest);
    expect(Number(await textOf('snapshots'))).toBeGreaterThan(before);
    expect(await textOf('malformed')).toBe('3');
    expect(complaints).toEqual([]);
    await arena.setRate(10);
  });

  it('shows a past window and a board on which equal scores share ranks', async () => {
    const day = await new Arena(opened.app).playedYesterday();
    await open('Leaderboard');
    const past = opened.page.getByTestId('past');
    await past.focus();
    await expect.poll(() => past.textContent(), withinSeconds).toContain(day);
    await past.selectOption(day);
    await expect.poll(() => textOf('past-end'), withinSeconds).toMatch(/ended at .* with 2 players.*final/);
    expect(await opened.page.getByTestId('past-row').allTextContents()).toEqual(['1Amber70', '2Basil60']);

    await opened.page.getByTestId('boards').getByLabel('Levels').check();
    await expect
      .poll(() => opened.page.locator('.panel-leaderboard .hint').textContent(), withinSeconds)
      .toContain('share a rank');
    const board = opened.page.locator('.panel-leaderboard .board');
    await expect.poll(async () => new Set(await ranksIn(board)).size, withinSeconds).toBeLessThan(10);
    await opened.page.getByTestId('boards').getByLabel('Points').check();
    await opened.page.getByTestId('close-season').click();
    await expect.poll(() => textOf('past-end'), withinSeconds).toMatch(/^season-1 ended at/);
    await expect.poll(() => opened.page.getByTestId('past-row').count(), withinSeconds).toBe(10);
    await past.selectOption('');
    await expect.poll(() => opened.page.getByTestId('leaderboard-row').count(), withinSeconds).toBe(10);
  });

  it('compares both ways to repaint, and both ways to rank', async () => {
    // A row that fades in has too little contrast.
    await opened.page.emulateMedia({ reducedMotion: 'reduce' });
    await open('Leaderboard');
    await opened.page.getByTestId('windows').getByLabel('Today').check();
    await opened.page.getByTestId('lead').click();
    const place = opened.page.getByRole('region', { name: 'Your row' });
    // The whole panel, so that a failure shows the problem in it.
    await expect.poll(() => place.textContent(), withinSeconds).toMatch(/[\d.,]+ m?s from the click/);
    await opened.page.getByTestId('compare-repainting').click();
    await expect.poll(() => textOf('bytes-ratio'), withinSeconds).toMatch(/textbook sends [\d.]+ times/);
    expect(await opened.page.getByTestId('compared-textbook').count()).toBe(10);

    await opened.page.getByTestId('load-crowd').click();
    await expect
      .poll(() => textOf('load-progress'), withinSeconds)
      .toMatch(/^[1-9][\d,]+ of 100,000 players/);
    await opened.page.getByTestId('cancel-load').click();
    await expect.poll(() => textOf('crowd-players'), withinSeconds).toMatch(/then the load was cancelled/);
    await opened.page.getByTestId('compare-ranks').click();
    await expect
      .poll(() => textOf('rank-ratio'), withinSeconds)
      .toMatch(/^The sorted set is .+ the database/);
    expect(await textOf('rank-sql')).toBe(await textOf('rank-sorted-set'));
    expect(await accessibilityFaults(opened.page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('answers a repeated query from the cache, and an uncached one from the database', async () => {
    await open('Query cache');
    await runQuery();
    await opened.page.getByTestId('outcome').waitFor();
    await runQuery();
    await expectOutcome('hit');
    await chooseWay('Uncached');
    await runQuery();
    await expectOutcome('bypass');
    await chooseWay('Cached');
    await runQuery();
    await expectOutcome('hit');
    expect(await textOf('ratio')).toMatch(
      /^([\d,.]+ times faster than|about as fast as|slower than) the database$/,
    );
  });

  it('shows a rejection of the server next to the form', async () => {
    await open('Query cache');
    await opened.page.getByLabel('From', { exact: true }).fill('ZZZ');
    await runQuery();
    await expect.poll(() => textOf('problem'), withinSeconds).toContain('ZZZ');
  });

  it('shows within seconds that another device ended the session, even if the page was open before the sign-in', async () => {
    await open('Sessions');
    await opened.page.getByTestId('sign-in').click();
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    await signOutElsewhere();
    await opened.page.locator('.panel-sessions').getByText('Your session has ended').waitFor();
    expect(complaints).toEqual([]);
  });

  it('keeps the visitor signed in after a reload, until they sign out', async () => {
    await open('Sessions');
    await opened.page.getByTestId('sign-in').click();
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    await opened.page.reload();
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    await opened.page.getByTestId('sign-out').click();
    await opened.page.getByTestId('sign-in').waitFor();
    await opened.page.reload();
    await opened.page.getByTestId('sign-in').waitFor();
  });

  it('opens each view by keyboard and marks it as the current page', async () => {
    const link = opened.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Sessions' });
    await link.focus();
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    expect(await link.getAttribute('aria-current')).toBe('page');
    await opened.page.reload();
    await opened.page.getByRole('heading', { name: 'Sessions', exact: true }).waitFor();
    await opened.page.goBack();
    await opened.page.getByTestId('headline').waitFor();
  });

  it('shows the database and every engine ready', async () => {
    const pills = opened.page.getByTestId('health-pill');
    const states = () => pills.evaluateAll((list) => list.map((pill) => pill.getAttribute('data-state')));
    await expect.poll(async () => (await states()).length, withinSeconds).toBeGreaterThan(1);
    await expect.poll(async () => new Set(await states()), withinSeconds).toEqual(new Set(['ready']));
  });

  it('logs no error and does not violate the content security policy', async () => {
    await open('Query cache');
    await runQuery();
    await opened.page.getByTestId('lookups').getByRole('listitem').first().waitFor();
    await open('Sessions');
    await opened.page.getByTestId('sign-in').click();
    await opened.page.getByTestId('session-events').getByRole('listitem').first().waitFor();
    await open('Leaderboard');
    const first = await version();
    await expect.poll(version, withinSeconds).toBeGreaterThan(first);
    expect(complaints).toEqual([]);
  });
});

/** Chromium logs every 4xx as an error, including the 401 of a visitor who is not signed in. */
function isRefusalByTheApi(message: ConsoleMessage): boolean {
  return message.location().url.includes('/api/') && /status of 4\d\d/.test(message.text());
}
