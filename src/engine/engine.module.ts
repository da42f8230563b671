import { Global, Module } from '@nestjs/common';
import { EngineModuleBase } from './engine.options.js';
import { Engines } from './engines.js';

/** Provides {@link Engines}: the connections to Redis, Valkey and Memcached. */
@Global()
@Module({ providers: [Engines], exports: [Engines] })
export class EngineModule extends EngineModuleBase {}
