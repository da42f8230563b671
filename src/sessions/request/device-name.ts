/** More specific ones first: most browsers also name those that they are compatible with. */
const BROWSERS: readonly [name: string, pattern: RegExp][] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
];

const SYSTEMS: readonly [name: string, pattern: RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows NT\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
];

/** The part of a User-Agent that is looked at. */
const MAX_LENGTH = 512;

/**
 * A name for the list of devices, for example `Firefox on Linux` or `curl`. null if the header says nothing. A client can send anything: it is
 * a label for the owner of the account, and proves nothing.
 */
export function deviceNameOf(userAgent = ''): string | null {
  const text = userAgent.slice(0, MAX_LENGTH);
  const nameIn = (names: typeof BROWSERS) => names.find(([, pattern]) => pattern.test(text))?.[0];
  const browser = nameIn(BROWSERS);
  if (browser === undefined) return /^[A-Za-z][\w.-]{0,31}/.exec(text)?.[0] ?? null;
  const system = nameIn(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
