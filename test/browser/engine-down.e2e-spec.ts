import { beforeEach, describe, expect, it } from 'vitest';
import { isSkipped, SKIPPED, useConsole, withinSeconds } from './console-page.js';

describe.skipIf(isSkipped)(`the console while the engine is down${SKIPPED}`, () => {
  const opened = useConsole('/#/sessions');
  const open = (view: string) => opened.show(view);
  const textOf = (testId: string) => opened.textOf(testId);

  beforeEach(async () => {
    await opened.click('sign-in');
    await opened.page.getByTestId('signed-in-user').waitFor();
  });

  const sessions = () => opened.page.locator('.panel-sessions');
  const version = async () => Number(await textOf('leaderboard-version'));
  const reloadSession = () => opened.page.getByRole('button', { name: /^(Refresh|Retry now)$/ }).click();
  const boardMoves = async () => {
    await open('Leaderboard');
    const before = await version();
    await expect.poll(version, withinSeconds).toBeGreaterThan(before);
  };
  const flightsAnswer = async () => {
    await open('Query cache');
    await opened.page.getByTestId('ask-once').click();
    await expect.poll(() => textOf('outcome'), withinSeconds).toMatch(/^(hit|miss|degraded)$/);
    expect(
      await opened.page.getByRole('region', { name: 'Result' }).getByRole('row').count(),
    ).toBeGreaterThan(1);
  };

  it('shows the outage, does not claim that the visitor is signed out, answers flights, and recovers', async () => {
    await opened.app.engine.kill();
    await reloadSession();
    await sessions().getByText('You were signed in as ada, and have not been signed out.').waitFor();
    expect(await opened.page.getByTestId('sign-in').count()).toBe(0);
    await open('Leaderboard');
    await opened.page.locator('.panel-leaderboard').getByText('The engine is down.').waitFor();
    await flightsAnswer();

    await opened.app.engine.restart();
    await boardMoves();
    await open('Sessions');
    // The engine stores nothing on disk, so the session is lost.
    await sessions().getByText('Your session has ended').waitFor();
    await opened.page.getByTestId('sign-in').click();
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    expect(opened.errors).toEqual([]);
  });

  it('shows the visitor signed in again after the engine was paused', async () => {
    opened.app.engine.pause();
    await reloadSession();
    await sessions().getByText('You were signed in as ada, and have not been signed out.').waitFor();
    await flightsAnswer();
    opened.app.engine.resume();
    await open('Sessions');
    await expect.poll(() => textOf('signed-in-user'), withinSeconds).toBe('ada');
    await boardMoves();
    expect(opened.errors).toEqual([]);
  });
});
