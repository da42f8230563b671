import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { EngineErrorFilter } from './engine-error.filter.js';
import { EngineModuleBase } from './engine.options.js';
import { Engines } from './engines.js';

/** Provides {@link Engines}: the connections to Redis, Valkey and Memcached. */
@Module({ providers: [{ provide: APP_FILTER, useClass: EngineErrorFilter }, Engines], exports: [Engines] })
export class EngineModule extends EngineModuleBase {}
