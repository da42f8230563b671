import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';

const DIRECTORY = '.data/screenshots';
const WIDTHS = [360, 768, 1440];

/** Keeps pictures of a page in both themes and three widths. The CI workflow uploads them. */
export async function keepScreenshots(page: Page, name: string): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${DIRECTORY}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}
