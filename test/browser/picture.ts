/*
 * Renews the picture of the README: `npm start` in one terminal, then `npm run picture` in another one.
 */
import { stdout } from 'node:process';
import { launchChromium } from './chromium.js';

const FILE = 'docs/images/page.png';
const url = `http://localhost:${process.env['PORT'] ?? 3000}`;

const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  await page.goto(url).catch((cause: unknown) => {
    throw new Error(`No application answers at ${url}. Run npm start first, or set PORT.`, { cause });
  });
  for (const side of ['direct', 'textbook', 'module']) await page.getByTestId(`server-${side}`).waitFor();
  await page.getByTestId('queries-now').getByText(/\d/).waitFor();
  await page.screenshot({ path: FILE });
  stdout.write(`${FILE} shows ${url}\n`);
} finally {
  await browser.close();
}
