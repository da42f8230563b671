import { Global, Module } from '@nestjs/common';
import { EngineModuleBase } from './engine.options.js';
import { Engines } from './engines.js';

/** The in-memory engines: connections that settle every call within its deadline. */
@Global()
@Module({ providers: [Engines], exports: [Engines] })
export class EngineModule extends EngineModuleBase {}
