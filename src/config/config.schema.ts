import { z } from 'zod';
import { EngineUrlError, parseEngineUrl, readTlsFiles } from '../engine/index.js';

/** What `npm start` and the examples use; production refuses them. */
const KNOWN_SECRETS = new Set(['demo-game-server-key', 'demo-operator-key', 'change-me']);
const SHORTEST_SECRET = 32;

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
    return address;
  } catch (error) {
    if (!(error instanceof EngineUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

const databaseUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'is not a PostgreSQL URL. Write postgres://user:password@host:5432/database, the password percent-encoded.',
  );

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, hash } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && hostname !== '' && pathname.length > 1 && hash === '';
}

const sealingKey = (key: string) => Buffer.from(key, 'base64').length === 32;

/** Every setting there is, as the environment spells it; defaults are those of `.env.example`. */
export const environmentSchema = z.object({
  PORT: integer(1, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
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
  TRUST_PROXY: boolean.default(false),
  SIGN_IN_FAILURES_PER_ACCOUNT: integer(1, 100_000).default(10),
  SIGN_IN_FAILURES_PER_ADDRESS: integer(1, 100_000).default(100),
  GAME_SERVER_KEY: keys('the key game servers send as a bearer token'),
  OPERATOR_KEY: keys('the key operators send as a bearer token'),
  DATASET_ROWS: integer(1, 3_000_000).default(3_000_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('must be a URL such as http://127.0.0.1:4318').optional(),
});

export type Environment = z.output<typeof environmentSchema>;

/** A setting that is fine alone and wrong beside another. */
export interface Conflict {
  setting: string;
  problem: string;
}

/** Checks that need more than one setting. Takes what could be read, so that every problem is said at once. */
export function findConflicts(settings: Partial<Environment>): Conflict[] {
  const conflicts: Conflict[] = [];
  const say = (setting: string, problem: string) => conflicts.push({ setting, problem });

  const roles = [
    ['SESSION_ENGINE_URL', 'loses sessions whenever a node goes, which signs people out silently'],
    ['LEADERBOARD_ENGINE_URL', 'has no sorted sets'],
  ] as const;
  for (const [setting, reason] of roles) {
    if ((settings[setting] ?? settings.ENGINE_URL)?.kind === 'memcached') {
      say(setting, `cannot be Memcached: it ${reason}. Name a Redis or Valkey URL.`);
    }
  }
  if (settings.DEMO) findDemoConflicts(settings, say);
  else findWeakSecrets(settings, say);
  return conflicts;
}

type Say = (setting: string, problem: string) => void;

function findDemoConflicts({ HOST, TRUST_PROXY }: Partial<Environment>, say: Say): void {
  if (HOST !== undefined && !['127.0.0.1', 'localhost', '::1'].includes(HOST)) {
    say('HOST', 'must be 127.0.0.1 while DEMO=true, which opens the operator’s part without a key.');
  }
  if (TRUST_PROXY) say('TRUST_PROXY', 'must be false while DEMO=true, which trusts no forwarded header.');
}

function findWeakSecrets(settings: Partial<Environment>, say: Say): void {
  for (const setting of ['SESSION_SECRETS', 'GAME_SERVER_KEY', 'OPERATOR_KEY'] as const) {
    const secrets = settings[setting] ?? [];
    if (secrets.some((secret) => KNOWN_SECRETS.has(secret))) {
      say(setting, 'is a published default. Make your own with: openssl rand -base64 32');
    } else if (secrets.some((secret) => secret.length < SHORTEST_SECRET)) {
      say(setting, `is shorter than ${SHORTEST_SECRET} characters. Make one with: openssl rand -base64 32`);
    }
  }
}
