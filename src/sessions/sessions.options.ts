import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';

/** The options of `SessionsStore`, which also works alone under plain express-session. */
export interface SessionsStoreOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('sessions')`. */
  engine: RedisEngine;
  /** The prefix of every key, for example `caching`. */
  keyPrefix: string;
  /** Keys that encrypt sessions at rest, 32 bytes in base64 each, newest first. The first seals, all open. */
  sealingKeys: readonly string[];
  /** Seconds without a request after which a session ends, for example 1800. */
  idleSeconds: number;
  /** Seconds after sign-in when a session ends in any case, for example 43200. */
  absoluteSeconds: number;
  /** The most bytes of application data in one session, as JSON. Default: 4096. */
  largestDataBytes?: number;
}

/** The options of `SessionsModule.forRootAsync`. */
export interface SessionsOptions extends SessionsStoreOptions {
  /** Secrets that sign the cookie, at least 32 characters each, newest first. The first signs, all are accepted. */
  secrets: readonly string[];
  /** The most sessions of one account, for example 10. One more ends the oldest. */
  perAccount: number;
  /** Whether the cookie is sent over HTTPS only. */
  cookieSecure: boolean;
  /** Default: `__Host-sid`; `__Secure-sid` with a domain; `sid` if it is not secure. */
  cookieName?: string | undefined;
  /** The cookie is sent to this domain and its subdomains, for example `example.com`. Default: the app's own host only. */
  cookieDomain?: string | undefined;
  /** Default: `lax`. `none` needs `cookieSecure`. */
  cookieSameSite?: 'lax' | 'strict' | 'none' | undefined;
}

export const { ConfigurableModuleClass: SessionsModuleBase, MODULE_OPTIONS_TOKEN: SESSIONS_OPTIONS } =
  new ConfigurableModuleBuilder<SessionsOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
