import { z } from 'zod';
import { databaseUrl } from '../values/database-url.js';
import { engineUrl } from '../values/engine-url.js';
import { host, origins, trustProxy } from '../values/network.js';
import { boolean, integer, keys } from '../values/text.js';
import type { Say, SettingsOf } from './settings.js';

/** Settings of every service, whichever modules it has. */
export const coreSettings = {
  PORT: integer(1, 65_535).default(3000),
  HOST: host.default('127.0.0.1'),
  DEMO: boolean.default(false),
  DATABASE_URL: databaseUrl,
  ENGINE_URL: engineUrl,
  ENGINE_DEADLINE_MS: integer(10, 60_000).default(300),
  TRUST_PROXY: trustProxy.default(false),
  ALLOWED_ORIGINS: origins.default([]),
  OPERATOR_KEY: keys('the key operators send as a bearer token'),
  SHUTDOWN_DELAY_SECONDS: integer(0, 300).default(0),
  KEEP_ALIVE_SECONDS: integer(1, 240).default(65),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4318' })
    .optional(),
};

export type CoreSettings = SettingsOf<typeof coreSettings>;

export function findCoreConflicts({ DEMO, HOST, TRUST_PROXY }: Partial<CoreSettings>, say: Say): void {
  if (!DEMO) return;
  if (HOST !== undefined && !['127.0.0.1', 'localhost', '::1'].includes(HOST)) {
    say('HOST', 'must be 127.0.0.1 while DEMO=true, which opens the operator’s part without a key.');
  }
  if (TRUST_PROXY) say('TRUST_PROXY', 'must be false while DEMO=true, which trusts no forwarded header.');
}
