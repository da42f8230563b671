import type { Environment } from './config.schema.js';

/** Secrets that `npm start` and the examples use. Without DEMO=true they are refused. */
const KNOWN_SECRETS = new Set(['demo-game-server-key', 'demo-operator-key', 'change-me']);
const SHORTEST_SECRET = 32;

/** A setting that is valid alone but conflicts with another. */
export interface Conflict {
  setting: string;
  problem: string;
}

/** Checks that need more than one setting. Accepts partly valid settings, so that all problems are reported at once. */
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
  findSharedSecrets(settings, say);
  findCookieConflicts(settings, say);
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

/** Browsers silently drop a cookie that breaks the rules of its name prefix or of SameSite (RFC 6265bis, 4.1.3 and 5.7). */
function findCookieConflicts(settings: Partial<Environment>, say: Say): void {
  const { COOKIE_NAME = '', COOKIE_DOMAIN, COOKIE_SAME_SITE, COOKIE_SECURE } = settings;
  const [prefix = ''] = /^__(Host|Secure)-/i.exec(COOKIE_NAME) ?? [];
  const isHostOnly = prefix.toLowerCase() === '__host-';
  if (isHostOnly && COOKIE_DOMAIN !== undefined)
    say('COOKIE_DOMAIN', 'must not be set for a COOKIE_NAME with __Host-. Remove it, or use __Secure-.');
  if (COOKIE_SECURE !== false) return;
  if (prefix !== '') say('COOKIE_NAME', `must not begin with ${prefix} while COOKIE_SECURE=false.`);
  if (COOKIE_SAME_SITE === 'none') say('COOKIE_SAME_SITE', 'must not be none while COOKIE_SECURE=false.');
}

const SECRET_SETTINGS = [
  'SESSION_SECRETS',
  'SESSION_SEALING_KEYS',
  'GAME_SERVER_KEY',
  'OPERATOR_KEY',
] as const;

/** A leaked secret must not be valid for a second purpose. */
function findSharedSecrets(settings: Partial<Environment>, say: Say): void {
  const owners = new Map<string, string>();
  for (const setting of SECRET_SETTINGS) {
    for (const secret of new Set((settings[setting] ?? []).map(withoutBase64Dialect))) {
      const owner = owners.get(secret) ?? setting;
      owners.set(secret, owner);
      if (owner !== setting)
        say(setting, `shares a secret with ${owner}. Make one with: openssl rand -base64 32`);
    }
  }
}

/** The same key can be written in base64 or base64url, with or without padding. */
function withoutBase64Dialect(secret: string): string {
  return secret.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
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
