import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../engine/index.js';

/** What the store needs; with it alone it serves plain express-session too. */
export interface SessionsStoreOptions {
  /** Redis or Valkey with `noeviction`, for example `engines.redisFor('sessions')`. */
  engine: RedisEngine;
  /** Before every key, for example `caching`. */
  keyPrefix: string;
  /** Seal the payload; 32 bytes in base64 each. The first seals, all open. */
  sealingKeys: readonly string[];
  /** A session ends after this many seconds without a request, for example 1800. */
  idleSeconds: number;
  /** A session ends this many seconds after sign-in in any case, for example 43200. */
  absoluteSeconds: number;
  /** What the application keeps in one session has at most this many bytes as JSON: 4096 unless told. */
  largestDataBytes?: number;
}

export interface SessionsOptions extends SessionsStoreOptions {
  /** Sign the cookie; the first signs, all are accepted. At least 32 characters each. */
  secrets: readonly string[];
  /** The oldest session ends when an account has more than this, for example 10. */
  perAccount: number;
  /** true sends the cookie over HTTPS only. */
  cookieSecure: boolean;
  /** `__Host-sid` unless given, `__Secure-sid` with a domain, `sid` if it is not secure. */
  cookieName?: string | undefined;
  /** Sends the cookie to this domain and its subdomains, for example `example.com`; unless given, to the app's own host only. */
  cookieDomain?: string | undefined;
  /** `lax` unless given. `none` needs `cookieSecure`. */
  cookieSameSite?: 'lax' | 'strict' | 'none' | undefined;
}

export const { ConfigurableModuleClass: SessionsModuleBase, MODULE_OPTIONS_TOKEN: SESSIONS_OPTIONS } =
  new ConfigurableModuleBuilder<SessionsOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();
