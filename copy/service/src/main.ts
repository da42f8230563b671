import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { API, AppModule } from './app.module.js';
import { type Config, ConfigError, engineSetting, readProcessConfig } from './config/index.js';
import { EngineMismatchError } from './engine/index.js';
import { configureHttp, Drain, HealthService } from './http/index.js';
import { QuietStartupLogger } from './telemetry/index.js';

/** Without SHUTDOWN_DELAY_SECONDS. */
const LONGEST_SHUTDOWN_MS = 9_500;
const logger = new Logger('Main');

async function bootstrap(): Promise<void> {
  // Before Nest, which would bury the list of wrong settings in a stack.
  const config = readProcessConfig();
  const { HOST, PORT, SHUTDOWN_DELAY_SECONDS } = config;
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    abortOnError: false,
    logger: new QuietStartupLogger(),
  });
  configureHttp(app, API);
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not once: a second signal must not cut off what is being answered.
    process.on(signal, () => {
      if (!isStopping) void shutDown(app, SHUTDOWN_DELAY_SECONDS * 1000);
      isStopping = true;
    });
  }
  await app.init().catch((error: unknown) => {
    throw nameSetting(error, config);
  });
  await app.listen(PORT, HOST);
  logger.log(`Listening on ${HOST}:${PORT}`);
  await app.get(HealthService).untilReady();
  console.log(`ready http://${HOST === '127.0.0.1' ? 'localhost' : HOST}:${PORT}`);
}

/** The engine module knows what is wrong with a URL; which setting it came from is known here. */
function nameSetting(error: unknown, config: Config): unknown {
  if (!(error instanceof EngineMismatchError)) return error;
  const problems = error.mismatches.flatMap(({ roles, reason }) =>
    roles.map((role) => `${engineSetting(config, role)} does not fit its servers. ${reason}`),
  );
  return new ConfigError([...new Set(problems)]);
}

/** Lets load balancers notice, stops accepting, answers what was accepted, then closes engine and database. */
async function shutDown(app: NestExpressApplication, delayMs: number): Promise<void> {
  setTimeout(() => process.exit(1), delayMs + LONGEST_SHUTDOWN_MS).unref();
  await app.get(Drain).leave();
  await app.close();
  process.exit(0);
}

function fail(error: unknown): never {
  if (error instanceof ConfigError) console.error(error.message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    console.error('The port is taken. Stop what listens there, or set PORT to another.');
  } else logger.fatal(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

process.on('unhandledRejection', (error) => logger.error('Unhandled rejection', error));
await bootstrap().catch(fail);
