import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { DatabaseUrlOptions } from '../database/index.js';
import type { EngineAddress } from '../engine/index.js';

/** The use cases of the textbook side, which are also the roles of its engines. */
export type UseCase = 'cache' | 'sessions' | 'leaderboard';

/** Options of `TextbookModule.forRootAsync`. */
export interface TextbookOptions {
  /** The engine of each use case: Redis or Valkey. The routes of a use case on Memcached answer 503. */
  engines: Record<UseCase, EngineAddress>;
  /** The prefix of every key, for example `caching:textbook`. */
  keyPrefix: string;
  /** Sign the cookie, newest first. */
  sessionSecrets: readonly string[];
  /** Connections beside those of the rest of the application. */
  database: DatabaseUrlOptions;
}

const builder = new ConfigurableModuleBuilder<TextbookOptions>().setClassMethodName('forRoot').build();

export const TextbookModuleBase = builder.ConfigurableModuleClass;
/** Injection token of {@link TextbookOptions}. */
export const TEXTBOOK_OPTIONS = builder.MODULE_OPTIONS_TOKEN;
