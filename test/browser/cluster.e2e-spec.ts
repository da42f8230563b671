import { describe, expect, it } from 'vitest';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';
import { launch } from './launched.js';
import { keepScreenshots } from './screenshots.js';

describe.skipIf(isSkipped)(`the console on a cluster${SKIPPED}`, () => {
  const opened = useConsole('/#/break-it', () => launch('cluster'));
  const press = (name: string) => opened.page.getByRole('button', { name, exact: true }).click();
  const card = (name: string) => opened.page.getByTestId(`server-${name}`);

  it('adds a shard and removes it, and the module loses no score', async () => {
    await card('shard-3').getByText('slots').waitFor();
    await opened.click('load');
    await opened.waitForText('counts-module-score', /^[3-9] answered/);
    await press('Add a shard');
    await card('shard-4').getByText('4,096 slots').waitFor();
    await press('Remove the newest shard');
    await card('shard-4').waitFor({ state: 'detached' });
    // It stops by itself if the slots took longer.
    if ((await opened.textOf('load')) === 'Stop') await opened.click('load');
    await opened.waitForText(
      'scores-module',
      /^Scores acknowledged: [1-9]\d*, on the board: [1-9]\d*, lost: 0\.$/,
    );
    const events = await opened.textOf('events');
    for (const event of ['shard-4 was added', 'shard-4 was removed']) expect(events).toContain(event);
    await keepScreenshots(opened.page, 'break-it-cluster');
    expect(opened.errors).toEqual([]);
  }, 180_000);

  it('draws each shard with its slots on the overview', async () => {
    await opened.show('Overview');
    const drawn = () => opened.page.locator('.nodes').textContent();
    await expect.poll(drawn, withinSeconds).toMatch(/shard-1 primary.*shard-1-replica-1 replica/);
    const slots = [...((await drawn()) ?? '').matchAll(/([\d,]+) slots/g)].map(([, count = '']) =>
      Number(count.replace(',', '')),
    );
    expect(slots.reduce((sum, count) => sum + count, 0)).toBe(16_384);
  });
});
