import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';
import { environmentSchema } from './config.schema.js';

const key = (seed: number) => Buffer.alloc(32, seed).toString('base64');
const production = {
  DATABASE_URL: 'postgres://app:pw@127.0.0.1:5432/caching',
  ENGINE_URL: 'valkey://127.0.0.1:6379',
  SESSION_SECRETS: key(1),
  SESSION_SEALING_KEYS: key(2),
  GAME_SERVER_KEY: key(3),
  OPERATOR_KEY: key(4),
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('fills in the defaults of .env.example', () => {
    expect(readConfig(production)).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      DEMO: false,
      COOKIE_SECURE: true,
      ENGINE_DEADLINE_MS: 300,
      SESSION_IDLE_SECONDS: 1800,
    });
  });

  it('lists every missing setting at once, each with a remedy', () => {
    const problems = problemsOf({});
    for (const setting of Object.keys(production)) {
      expect(problems).toContainEqual(
        expect.stringMatching(new RegExp(`^${setting} is missing\\. (Write|Make)`)),
      );
    }
    expect(problems).toHaveLength(Object.keys(production).length);
  });

  it('freezes what it read', () => {
    expect(Object.isFrozen(readConfig(production))).toBe(true);
  });

  it.each([
    ['PORT', '0', /whole number from 1/],
    ['PORT', 'http', /whole number/],
    ['DEMO', 'yes', /true or false/],
    ['ENGINE_URL', 'http://x', /scheme "http"/],
    ['DATABASE_URL', 'mysql://x/y', /not a PostgreSQL URL/],
    ['DATABASE_URL', 'postgres://u:p@host:notaport/db', /not a PostgreSQL URL/],
    ['DATABASE_URL', 'postgres://u:se#cret@host/db', /not a PostgreSQL URL/],
    ['DATABASE_URL', 'postgres://%ff:p@host/db', /cannot be read by the driver/],
    ['DATABASE_URL', 'postgres://u:p@host/db?sslrootcert=/nowhere', /certificate files that can be read/],
    ['DATABASE_URL', 'postgres://u:p@host/db?sslmode=strict', /sslmode is one of disable/],
    ['DATABASE_URL', 'postgres://u:p@host/db?uselibpqcompat=true&sslmode=verify-ca', /cannot be read/],
    ['DATABASE_URL', 'postgres://u:p@host/db?port=abc', /parameter that is not known/],
    ['DATABASE_URL', 'postgres://u:p@host/db?statement_timeout=abc', /parameter that is not known/],
    ['DATABASE_URL', 'postgres://u:p@one,two/db?target_session_attrs=any', /parameter that is not known/],
    ['DATABASE_URL', 'postgres://u:p@host:1,host:2/db', /not a PostgreSQL URL/],
    ['HOST', 'a host', /must be an address or a name/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'mailto:x@y', /must be a URL/],
    ['SESSION_SEALING_KEYS', 'short', /32 bytes/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', /must be a URL/],
    ['TRUST_PROXY', 'true', /can no longer be true.* Write 1 for one proxy/],
    ['TRUST_PROXY', '0', /must be false, the number of proxies/],
    ['TRUST_PROXY', '17', /must be false, the number of proxies/],
    ['TRUST_PROXY', '10.0.0.0/33', /addresses and subnets/],
    ['TRUST_PROXY', 'proxy.internal', /addresses and subnets/],
    ['TRUST_PROXY', '10.0.0.1,', /addresses and subnets/],
    ['ALLOWED_ORIGINS', '*', /must be origins/],
    ['ALLOWED_ORIGINS', 'app.example.com', /must be origins/],
    ['ALLOWED_ORIGINS', 'https://app.example.com/', /without a path/],
    ['ALLOWED_ORIGINS', 'https://App.example.com', /in lower case/],
    ['ALLOWED_ORIGINS', 'https://app.example.com:443', /must be origins/],
    ['ALLOWED_ORIGINS', 'https://a.example.com,foo://b.example.com', /must be origins/],
    ['COOKIE_NAME', 'two words', /must be letters/],
    ['COOKIE_DOMAIN', '.example.com', /without scheme, port or leading dot/],
    ['COOKIE_DOMAIN', 'https://example.com', /must be a domain/],
    ['COOKIE_DOMAIN', '10.0.0.1', /must be a domain/],
    ['COOKIE_SAME_SITE', 'Lax', /must be lax, strict or none/],
    ['SESSION_SECRETS', 'x'.repeat(31), /shorter than 32/],
    ['GAME_SERVER_KEY', 'demo-game-server-key', /published default/],
    ['OPERATOR_KEY', 'tiny', /shorter than 32/],
    ['SESSION_ENGINE_URL', 'memcached://x', /cannot be Memcached: it loses sessions/],
    ['LEADERBOARD_ENGINE_URL', 'memcached://x', /cannot be Memcached: it has no sorted sets/],
  ])('refuses %s=%s in production', (setting, value, message) => {
    const problems = problemsOf({ ...production, [setting]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${setting} `));
    expect(problems[0]).toMatch(message);
  });

  it.each([
    'postgres://app@host/db',
    'postgres://host/db',
    'postgresql://app:p%40ss%2Fw%25rd@[::1]:5432/db',
    'postgres://app:p%zz@host/db',
    'postgres://app:pw@host/db?sslmode=require&application_name=caching',
  ])('accepts DATABASE_URL=%s', (url) => {
    expect(readConfig({ ...production, DATABASE_URL: url }).DATABASE_URL).toBe(url);
  });

  it.each([
    ['HOST', '::'],
    ['HOST', '0.0.0.0'],
    ['HOST', 'localhost'],
  ])('accepts %s=%s', (setting, value) => {
    expect(problemsOf({ ...production, [setting]: value })).toEqual([]);
  });

  it.each([
    [{ COOKIE_NAME: '__Host-app', COOKIE_DOMAIN: 'example.com' }, /^COOKIE_DOMAIN must not be set/],
    [{ COOKIE_NAME: '__host-app', COOKIE_DOMAIN: 'example.com' }, /^COOKIE_DOMAIN must not be set/],
    [{ COOKIE_NAME: '__Host-app', COOKIE_SECURE: 'false' }, /^COOKIE_NAME must not begin with __Host-/],
    [{ COOKIE_NAME: '__Secure-app', COOKIE_SECURE: 'false' }, /^COOKIE_NAME must not begin with __Secure-/],
    [{ COOKIE_SAME_SITE: 'none', COOKIE_SECURE: 'false' }, /^COOKIE_SAME_SITE must not be none/],
  ])('refuses the cookie settings %j, which browsers would drop', (cookie, message) => {
    expect(problemsOf({ ...production, ...cookie })).toEqual([expect.stringMatching(message)]);
  });

  it.each<Record<string, string>>([
    { COOKIE_NAME: '__Host-app', COOKIE_SAME_SITE: 'none' },
    { COOKIE_NAME: '__Secure-app', COOKIE_DOMAIN: 'example.com', COOKIE_SAME_SITE: 'strict' },
    { COOKIE_NAME: 'app', COOKIE_DOMAIN: 'example.com', COOKIE_SECURE: 'false' },
  ])('accepts the cookie settings %j', (cookie) => {
    expect(problemsOf({ ...production, ...cookie })).toEqual([]);
  });

  it.each([
    ['false', false],
    ['2', 2],
    ['127.0.0.1', ['127.0.0.1']],
    ['loopback, 10.0.0.0/8,fd00::/8', ['loopback', '10.0.0.0/8', 'fd00::/8']],
  ])('reads TRUST_PROXY=%s as Express takes it', (text, trusted) => {
    expect(readConfig({ ...production, TRUST_PROXY: text }).TRUST_PROXY).toEqual(trusted);
  });

  it('reads a list of ALLOWED_ORIGINS', () => {
    const ALLOWED_ORIGINS = 'https://app.example.com, http://[::1]:8080';
    expect(readConfig({ ...production, ALLOWED_ORIGINS }).ALLOWED_ORIGINS).toEqual([
      'https://app.example.com',
      'http://[::1]:8080',
    ]);
  });

  const secrets = ['SESSION_SECRETS', 'SESSION_SEALING_KEYS', 'GAME_SERVER_KEY', 'OPERATOR_KEY'] as const;
  const pairs = secrets.flatMap((one, i) => secrets.slice(i + 1).map((other) => [other, one] as const));
  it.each(pairs)('refuses a secret of %s that serves %s too, anywhere in their lists', (setting, owner) => {
    for (const spelling of [key(9), key(9).replace('=', '')]) {
      const lists = {
        [owner]: `${production[owner]},${key(9)}`,
        [setting]: `${spelling},${production[setting]}`,
      };
      expect(problemsOf({ ...production, ...lists })).toEqual([
        `${setting} shares a secret with ${owner}. Make one with: openssl rand -base64 32`,
      ]);
      expect(problemsOf({ ...production, ...lists, DEMO: 'true' })).toHaveLength(1);
    }
  });

  it('takes the published keys in demo mode, on the loopback only', () => {
    const demo = { ...production, DEMO: 'true', GAME_SERVER_KEY: 'demo-game-server-key' };
    expect(problemsOf(demo)).toEqual([]);
    expect(problemsOf({ ...demo, HOST: '0.0.0.0' })[0]).toMatch(/^HOST must be 127\.0\.0\.1/);
    expect(problemsOf({ ...demo, TRUST_PROXY: '1' })[0]).toMatch(/^TRUST_PROXY must be false/);
  });

  it('never repeats a secret in an error', () => {
    const text = problemsOf({
      ...production,
      ENGINE_URL: 'redis://u:hunter2@h/x',
      OPERATOR_KEY: 'hunter3',
    }).join();
    expect(text).not.toMatch(/hunter/);
  });
});

describe('.env.example', () => {
  it('names every setting', () => {
    const named = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(named)).toEqual(new Set(Object.keys(environmentSchema.shape)));
  });
});
