import { isIP } from 'node:net';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { list } from './text.js';

export const origins = list.refine(
  (items) => items.every(isOrigin),
  'must be origins such as https://app.example.com or http://localhost:8080, comma-separated, in lower case and without a path.',
);

/** As browsers write it in `Origin`, because the two are compared as strings. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const MOST_HOPS = 16;

export const trustProxy = z.string().transform((text, context): false | number | string[] => {
  if (text === 'false') return false;
  const isNumber = /^\d+$/.test(text);
  if (isNumber && Number(text) >= 1 && Number(text) <= MOST_HOPS) return Number(text);
  const addresses = text.split(',').map((item) => item.trim());
  if (!isNumber && areAddresses(addresses)) return addresses;
  context.addIssue({
    code: 'custom',
    message:
      text === 'true'
        ? 'can no longer be true, which did not say how many proxies there are. Write 1 for one proxy, see .env.example.'
        : 'must be false, the number of proxies in front of the app, or their addresses and subnets, comma-separated, such as 10.0.0.0/8.',
  });
  return z.NEVER;
});

function areAddresses(addresses: string[]): boolean {
  try {
    proxyAddress.compile(addresses);
    return true;
  } catch {
    return false;
  }
}

export const host = z
  .string()
  .refine(
    (text) => isIP(text) > 0 || /^[a-z\d.-]+$/i.test(text),
    'must be an address or a name of this machine, without a port.',
  );
