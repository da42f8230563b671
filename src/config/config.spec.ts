import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';
import { environmentSchema } from './config.schema.js';

const key = Buffer.alloc(32, 7).toString('base64');
const production = {
  DATABASE_URL: 'postgres://app:pw@127.0.0.1:5432/caching',
  ENGINE_URL: 'valkey://127.0.0.1:6379',
  SESSION_SECRETS: key,
  SESSION_SEALING_KEYS: key,
  GAME_SERVER_KEY: key,
  OPERATOR_KEY: key,
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
    ['SESSION_SEALING_KEYS', 'short', /32 bytes/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', /must be a URL/],
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

  it('takes the published keys in demo mode, on the loopback only', () => {
    const demo = { ...production, DEMO: 'true', GAME_SERVER_KEY: 'demo-game-server-key' };
    expect(problemsOf(demo)).toEqual([]);
    expect(problemsOf({ ...demo, HOST: '0.0.0.0' })[0]).toMatch(/^HOST must be 127\.0\.0\.1/);
    expect(problemsOf({ ...demo, TRUST_PROXY: 'true' })[0]).toMatch(/^TRUST_PROXY must be false/);
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
