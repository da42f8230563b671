import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const NO_CHROMIUM = 'no Chromium found: install the package "chromium" or set CHROMIUM_PATH';

/** The installed browser, or null. Tests download none. */
export function findChromium(): string | null {
  const directories = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const places = directories.flatMap((directory) => NAMES.map((name) => join(directory, name)));
  return [process.env['CHROMIUM_PATH'] ?? '', ...places].find(isExecutable) ?? null;
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

function isExecutable(path: string): boolean {
  if (path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
