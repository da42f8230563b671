import { z } from 'zod';
import { configurableModule, keyPrefixOption, keysOption, wholeOption } from '../common/index.js';
import { Engines, type RedisEngine, redisEngineOption } from '../engine/index.js';

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
  /** The same as `idleSeconds` for a guest, if that is shorter. Default: 900. */
  guestIdleSeconds?: number;
  /** The same as `idleSeconds` for a visitor who asks to be remembered, if that is longer. Default: 1209600, 14 days. */
  rememberedIdleSeconds?: number;
  /** The same as `absoluteSeconds` for such a visitor, if that is longer. Default: 7776000, 90 days. */
  rememberedAbsoluteSeconds?: number;
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
  /** The most sessions that guests of one address, or IPv6 /64, start in an hour. Default: 100. */
  guestsPerAddress?: number;
  /** Merges the `data` of a guest with those of the account that signs in. Default: {@link keepAccountFields}. */
  mergeGuest?: MergeGuest;
}

/**
 * Returns the data of a session that a guest's sign-in starts. Must be synchronous.
 *
 * @param guest the `data` of the guest's session. @param account the `data` of the `Identity`; empty if it has none.
 */
export type MergeGuest = (
  guest: Record<string, unknown>,
  account: Record<string, unknown>,
) => Record<string, unknown>;

/** The guest's fields, except those that the account has itself. */
export const keepAccountFields: MergeGuest = (guest, account) => ({ ...guest, ...account });

const YEAR_SECONDS = 31_536_000;

const optionsSchema = z.object({
  // Memcached loses sessions whenever a node goes, which would sign people out silently.
  engine: redisEngineOption('sessions'),
  keyPrefix: keyPrefixOption,
  secrets: keysOption(),
  sealingKeys: keysOption().refine(
    (keys) => keys.every((key) => Buffer.from(key, 'base64').length === 32),
    'must be keys of exactly 32 bytes in base64. Make one with: openssl rand -base64 32',
  ),
  idleSeconds: wholeOption(1, YEAR_SECONDS),
  absoluteSeconds: wholeOption(1, YEAR_SECONDS),
  perAccount: wholeOption(1, 1_000),
  guestIdleSeconds: wholeOption(1, YEAR_SECONDS).optional(),
  rememberedIdleSeconds: wholeOption(1, YEAR_SECONDS).optional(),
  rememberedAbsoluteSeconds: wholeOption(1, YEAR_SECONDS).optional(),
  guestsPerAddress: wholeOption(1, 100_000).optional(),
  cookieSecure: z.boolean('must be true, or false for a service without HTTPS.'),
});

export const { ConfigurableModuleClass: SessionsModuleBase, MODULE_OPTIONS_TOKEN: SESSIONS_OPTIONS } =
  configurableModule<SessionsOptions>({
    name: 'SessionsModule',
    schema: optionsSchema,
    needs: { EngineModule: Engines },
  });
