import { Global, Module } from '@nestjs/common';
import { type Config, readProcessConfig } from './config.js';

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('CONFIG');

/** The settings, read and checked once at boot. */
@Global()
@Module({
  providers: [{ provide: CONFIG, useFactory: (): Config => readProcessConfig() }],
  exports: [CONFIG],
})
export class ConfigModule {}
