import { isIP } from 'node:net';
import { Client } from 'pg';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { checkPasswordFiles, EngineUrlError, parseEngineUrl, readTlsFiles } from '../engine/index.js';

const boolean = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const integer = (lowest: number, highest: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${lowest} to ${highest}`)
    .transform(Number)
    .refine(
      (value) => value >= lowest && value <= highest,
      `must be a whole number from ${lowest} to ${highest}`,
    );

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

const keys = (howMany: string) =>
  list.refine(
    (items) => items.length > 0,
    `is missing. Set ${howMany}; make one with: openssl rand -base64 32`,
  );

const engineUrl = z.string().transform((url, context) => {
  try {
    const address = parseEngineUrl(url);
    if (address.tls) readTlsFiles(address.tls);
    checkPasswordFiles(address);
    return address;
  } catch (error) {
    if (!(error instanceof EngineUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

/** URL parameters that the driver or the server reads. Any other is a spelling mistake. */
const DATABASE_PARAMETERS = new Set([
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'application_name',
  'uselibpqcompat',
]);
const SSL_MODES = new Set(['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);

const databaseUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'is not a PostgreSQL URL. Write postgres://user:password@host:5432/database, the password percent-encoded.',
  )
  .refine(hasKnownParameters, {
    message: `has a parameter that is not known or has a wrong value. Use ${[...DATABASE_PARAMETERS].join(', ')}; sslmode is one of ${[...SSL_MODES].join(', ')}.`,
    when: ({ value }) => isPostgresUrl(value),
  })
  .refine(isReadByDriver, {
    message:
      'cannot be read by the driver. Percent-encode user, password and database, and name certificate files that can be read.',
    when: ({ value }) => isPostgresUrl(value),
  });

function hasKnownParameters(text: string): boolean {
  return [...new URL(text).searchParams].every(
    ([name, value]) => DATABASE_PARAMETERS.has(name) && (name !== 'sslmode' || SSL_MODES.has(value)),
  );
}

/** The driver itself parses the URL only when it connects, which is too late to report it. */
function isReadByDriver(text: string): boolean {
  try {
    return new Client({ connectionString: text }).database !== '';
  } catch {
    return false;
  }
}

function isPostgresUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, hostname, pathname, hash } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && hostname !== '' && pathname.length > 1 && hash === '';
}

const origins = list.refine(
  (items) => items.every(isOrigin),
  'must be origins such as https://app.example.com or http://localhost:8080, comma-separated, in lower case and without a path.',
);

/** As browsers write it in `Origin`, because the two are compared as strings. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const MOST_HOPS = 16;

const trustProxy = z.string().transform((text, context): false | number | string[] => {
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

const host = z
  .string()
  .refine(
    (text) => isIP(text) > 0 || /^[a-z\d.-]+$/i.test(text),
    'must be an address or a name of this machine, without a port.',
  );

const cookieName = z
  .string()
  .regex(
    /^[\w!#$%&'*+.^`|~-]{1,64}$/,
    'must be letters, digits, "-" and "_", at most 64, such as __Host-sid',
  );

const cookieDomain = z
  .string()
  .regex(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i,
    'must be a domain without scheme, port or leading dot, such as example.com',
  );

const sealingKey = (key: string) => Buffer.from(key, 'base64').length === 32;

/** All settings by their environment variable. The defaults are also in `.env.example`. */
export const environmentSchema = z.object({
  PORT: integer(1, 65_535).default(3000),
  HOST: host.default('127.0.0.1'),
  DEMO: boolean.default(false),
  DATABASE_URL: databaseUrl,
  ENGINE_URL: engineUrl,
  SESSION_ENGINE_URL: engineUrl.optional(),
  CACHE_ENGINE_URL: engineUrl.optional(),
  LEADERBOARD_ENGINE_URL: engineUrl.optional(),
  ENGINE_DEADLINE_MS: integer(10, 60_000).default(300),
  SESSION_SECRETS: keys('one signing secret, or several, newest first'),
  SESSION_SEALING_KEYS: keys('one key of 32 bytes in base64, or several, newest first').refine(
    (items) => items.every(sealingKey),
    'must be keys of exactly 32 bytes in base64. Make one with: openssl rand -base64 32',
  ),
  SESSION_IDLE_SECONDS: integer(1, 31_536_000).default(1800),
  SESSION_ABSOLUTE_SECONDS: integer(1, 31_536_000).default(43_200),
  SESSIONS_PER_ACCOUNT: integer(1, 1000).default(10),
  COOKIE_SECURE: boolean.default(true),
  COOKIE_NAME: cookieName.optional(),
  COOKIE_DOMAIN: cookieDomain.optional(),
  COOKIE_SAME_SITE: z.enum(['lax', 'strict', 'none'], 'must be lax, strict or none').default('lax'),
  TRUST_PROXY: trustProxy.default(false),
  ALLOWED_ORIGINS: origins.default([]),
  SIGN_IN_FAILURES_PER_ACCOUNT: integer(1, 100_000).default(10),
  SIGN_IN_FAILURES_PER_ADDRESS: integer(1, 100_000).default(100),
  SIGN_UPS_PER_ADDRESS: integer(1, 100_000).default(20),
  GAME_SERVER_KEY: keys('the key game servers send as a bearer token'),
  OPERATOR_KEY: keys('the key operators send as a bearer token'),
  SHUTDOWN_DELAY_SECONDS: integer(0, 300).default(0),
  KEEP_ALIVE_SECONDS: integer(1, 240).default(65),
  DATASET_ROWS: integer(1, 3_000_000).default(3_000_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4318' })
    .optional(),
});

export type Environment = z.output<typeof environmentSchema>;
