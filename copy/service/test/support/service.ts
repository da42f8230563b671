import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { inject } from 'vitest';
import { API, AppModule } from '../../src/app.module.js';
import { CONFIG, readConfig } from '../../src/config/index.js';
import { SECRETS } from '../../src/config/config.schema.js';
import { configureHttp, HealthService } from '../../src/http/index.js';

export interface TestService {
  url: string;
  /** A bearer token or another secret that the service was started with. */
  secretOf(setting: string): string;
  close(): Promise<void>;
}

/** Starts the whole service in this process, on the servers of the test run. */
export async function startService(): Promise<TestService> {
  const secrets = new Map<string, string>(SECRETS.map((name) => [name, randomBytes(32).toString('base64')]));
  const config = readConfig({
    ...inject('servers'),
    ...Object.fromEntries(secrets),
    COOKIE_SECURE: 'false',
    // A slow engine on a busy machine must not look like an outage.
    ENGINE_DEADLINE_MS: '4000',
  });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: ['error'] });
  configureHttp(app, API);
  await app.listen(0, '127.0.0.1');
  await app.get(HealthService).untilReady();
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    secretOf: (setting) => secrets.get(setting) ?? '',
    close: () => app.close(),
  };
}
