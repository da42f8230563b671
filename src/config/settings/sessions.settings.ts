import { z } from 'zod';
import { engineUrl } from '../values/engine-url.js';
import { boolean, integer, keys } from '../values/text.js';
import type { CoreSettings } from './core.settings.js';
import type { Say, SettingsOf } from './settings.js';

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

/** Settings of src/sessions. */
export const sessionsSettings = {
  SESSION_ENGINE_URL: engineUrl.optional(),
  SESSION_SECRETS: keys('one signing secret, or several, newest first'),
  SESSION_SEALING_KEYS: keys('one key of 32 bytes in base64, or several, newest first').refine(
    (items) => items.every(sealingKey),
    'must be keys of exactly 32 bytes in base64. Make one with: openssl rand -base64 32',
  ),
  SESSION_IDLE_SECONDS: integer(1, 31_536_000).default(1800),
  SESSION_ABSOLUTE_SECONDS: integer(1, 31_536_000).default(43_200),
  SESSIONS_PER_ACCOUNT: integer(1, 1000).default(10),
  SESSION_REMEMBERED_IDLE_SECONDS: integer(1, 31_536_000).default(1_209_600),
  SESSION_REMEMBERED_ABSOLUTE_SECONDS: integer(1, 31_536_000).default(7_776_000),
  GUEST_IDLE_SECONDS: integer(1, 31_536_000).default(900),
  GUESTS_PER_ADDRESS: integer(1, 100_000).default(100),
  COOKIE_SECURE: boolean.default(true),
  COOKIE_NAME: cookieName.optional(),
  COOKIE_DOMAIN: cookieDomain.optional(),
  COOKIE_SAME_SITE: z.enum(['lax', 'strict', 'none'], 'must be lax, strict or none').default('lax'),
};

type SessionsSettings = CoreSettings & SettingsOf<typeof sessionsSettings>;

/** Browsers silently drop a cookie that breaks the rules of its name prefix or of SameSite (RFC 6265bis, 4.1.3 and 5.7). */
export function findSessionsConflicts(settings: Partial<SessionsSettings>, say: Say): void {
  const { COOKIE_NAME = '', COOKIE_DOMAIN, COOKIE_SAME_SITE, COOKIE_SECURE } = settings;
  if ((settings.SESSION_ENGINE_URL ?? settings.ENGINE_URL)?.kind === 'memcached') {
    say(
      'SESSION_ENGINE_URL',
      'cannot be Memcached: it loses sessions whenever a node goes, which signs people out silently. Name a Redis or Valkey URL.',
    );
  }
  const [prefix = ''] = /^__(Host|Secure)-/i.exec(COOKIE_NAME) ?? [];
  const isHostOnly = prefix.toLowerCase() === '__host-';
  if (isHostOnly && COOKIE_DOMAIN !== undefined)
    say('COOKIE_DOMAIN', 'must not be set for a COOKIE_NAME with __Host-. Remove it, or use __Secure-.');
  if (COOKIE_SECURE !== false) return;
  if (prefix !== '') say('COOKIE_NAME', `must not begin with ${prefix} while COOKIE_SECURE=false.`);
  if (COOKIE_SAME_SITE === 'none') say('COOKIE_SAME_SITE', 'must not be none while COOKIE_SECURE=false.');
}
