import { Global, Module } from '@nestjs/common';
import { type Config, readProcessConfig } from './config.js';

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('CONFIG');

/** Provides the settings, which are read and validated once at boot. */
@Global()
@Module({
  providers: [{ provide: CONFIG, useFactory: (): Config => readProcessConfig() }],
  exports: [CONFIG],
})
export class ConfigModule {}
