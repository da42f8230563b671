import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';
import { environmentSchema, SECRETS } from './config.schema.js';

const secrets = SECRETS.map((name, i) => [name, Buffer.alloc(32, i + 1).toString('base64')] as const);
const production: Record<string, string> = {
  DATABASE_URL: 'postgres://app:pw@127.0.0.1:5432/app',
  ENGINE_URL: 'valkey://127.0.0.1:6379',
  ...Object.fromEntries(secrets),
};

describe('readConfig', () => {
  it('needs no more than two URLs and the secrets', () => {
    expect(readConfig(production)).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', DEMO: false });
  });

  it.each(Object.keys(production))('rejects a missing %s and says what to do', (setting) => {
    const rest = Object.fromEntries(Object.entries(production).filter(([name]) => name !== setting));
    expect(() => readConfig(rest)).toThrow(ConfigError);
    expect(() => readConfig(rest)).toThrow(new RegExp(`${setting} is missing\\. (Write|Make)`));
  });
});

describe('.env.example', () => {
  it('names every setting', () => {
    const text = readFileSync('.env.example', 'utf8');
    const named = [...text.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(Object.keys(environmentSchema.shape)));
  });
});
