import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RDS_AUTHORITIES } from '../lib/app/app-environment.js';
import { ON_MEMCACHED, ON_NODES, SERVERLESS_MEMCACHED } from './example-parameters.js';
import { synthesise } from './synthesise.js';
import { taskEnvironment } from './task-environment.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isInstalled = existsSync(join(root, 'node_modules'));

/** Only the part that this test uses: the app has its own compiler settings. */
interface AppConfig {
  readConfig: (environment: Record<string, string>) => Record<string, unknown>;
  engineAddresses: (config: Record<string, unknown>) => Record<string, unknown>;
}

async function importConfig(): Promise<AppConfig> {
  return (await import(join(root, 'src/config/config.ts'))) as AppConfig;
}

/** The image has the certificate authorities; here an empty file takes their place. */
function withAuthorities(environment: Record<string, string>): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), 'caching-infra-')), 'authorities.pem');
  writeFileSync(file, '');
  return { ...environment, DATABASE_URL: environment.DATABASE_URL?.replace(RDS_AUTHORITIES, file) ?? '' };
}

describe.skipIf(!isInstalled)(
  `the environment of a task${isInstalled ? '' : ' (skipped: needs npm ci in the root)'}`,
  () => {
    it.each([
      ['serverless', {}, true],
      ['on nodes', ON_NODES, false],
    ])('is a valid configuration of the app with the query cache %s', async (_, change, isServerless) => {
      const { engineAddresses, readConfig } = await importConfig();
      const config = readConfig(withAuthorities(taskEnvironment(synthesise(change).template)));
      expect(config).toMatchObject({
        HOST: '0.0.0.0',
        PORT: 3000,
        DEMO: false,
        COOKIE_SECURE: true,
        TRUST_PROXY: 1,
      });
      const cluster = { kind: 'valkey', topology: 'cluster', tls: {} };
      const region = 'eu-central-1';
      const shared = { ...cluster, iam: { cache: 'caching-sessions-boards', region, isServerless: false } };
      expect(engineAddresses(config)).toMatchObject({
        sessions: { ...shared, username: 'caching-sessions' },
        leaderboard: { ...shared, username: 'caching-boards' },
        cache: {
          ...cluster,
          username: 'caching-queries',
          iam: { cache: 'caching-queries', region, isServerless },
        },
      });
    });

    it.each([
      ['on nodes', ON_MEMCACHED, 'discovery'],
      ['serverless', SERVERLESS_MEMCACHED, 'standalone'],
    ])('is valid with Memcached %s', async (_, change, topology) => {
      const { engineAddresses, readConfig } = await importConfig();
      const config = readConfig(withAuthorities(taskEnvironment(synthesise(change).template)));
      expect(engineAddresses(config)).toMatchObject({ cache: { kind: 'memcached', topology, tls: {} } });
    });

    it('has the password of the database beside its URL, where the driver reads it', () => {
      const environment = taskEnvironment(synthesise().template);
      expect(environment.PGPASSWORD).toHaveLength(43);
      expect(environment.DATABASE_URL).toMatch(
        /^postgres:\/\/caching@\S+\/caching\?sslmode=verify-full&sslrootcert=/,
      );
    });
  },
);
