import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds wrong with the page (WCAG 2.2 A and AA, and its best practices), as one line for each element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ': ' + help + ' (' + target + ')')))`);
}
