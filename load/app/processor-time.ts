import { median } from '../measuring/statistics.js';
import type { AppClient } from './app-client.js';

/** To find what one costs. */
const SCRAPES = 11;

/**
 * CPU time of the app without that of reading it, in milliseconds. A short round would otherwise cost little more than the scrape of the
 * metrics before it.
 */
export async function processorWithoutScrapes(app: AppClient): Promise<() => Promise<number>> {
  const times: number[] = [];
  for (let i = 0; i < SCRAPES; i++) times.push(await app.processorMs());
  const ofScrape = median(times.slice(1).map((ms, i) => ms - (times[i] ?? ms)));
  let scrapes = 0;
  return async () => (await app.processorMs()) - ofScrape * ++scrapes;
}
