import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type INestApplication, type LoggerService, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EngineModule, Engines, parseEngineUrl } from '../../../../src/engine/index.js';
import { SessionsModule, type SessionsOptions } from '../../../../src/sessions/index.js';

export interface BareApp {
  app: INestApplication;
  url: string;
  /** What the application has logged as an error, each with its stack. */
  errors: string[];
}

interface Parts {
  controllers?: Type[];
  providers?: Type[];
  options?: Partial<SessionsOptions>;
}

/** A service as `nest new` makes it, with SessionsModule and nothing set up globally. */
export async function startBareApp(
  engineUrl: string,
  { controllers = [], providers = [], options = {} }: Parts,
  setUp: (app: INestApplication) => void = () => undefined,
): Promise<BareApp> {
  @Module({
    imports: [
      EngineModule.forRoot({ roles: { sessions: parseEngineUrl(engineUrl) }, deadlineMs: 4_000 }),
      SessionsModule.forRootAsync({
        inject: [Engines],
        useFactory: (engines: Engines) => ({
          engine: engines.redisFor('sessions'),
          keyPrefix: randomUUID(),
          secrets: [randomUUID()],
          sealingKeys: [randomBytes(32).toString('base64')],
          idleSeconds: 600,
          absoluteSeconds: 3_600,
          perAccount: 10,
          cookieSecure: false,
          ...options,
        }),
      }),
    ],
    controllers,
    providers,
  })
  class AppModule {}

  const errors: string[] = [];
  const app = await NestFactory.create(AppModule, { logger: collecting(errors), abortOnError: false });
  setUp(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, errors };
}

function collecting(errors: string[]): LoggerService {
  return {
    log: () => undefined,
    warn: () => undefined,
    error: (...parts: unknown[]) => errors.push(parts.map(String).join(' ')),
  };
}
