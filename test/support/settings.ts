import { randomBytes } from 'node:crypto';

export const GAME_SERVER_KEY = randomBytes(32).toString('base64');
export const OPERATOR_KEY = randomBytes(32).toString('base64');
export const asGameServer = { authorization: `Bearer ${GAME_SERVER_KEY}` };
export const asOperator = { authorization: `Bearer ${OPERATOR_KEY}` };

export type Settings = Record<string, string>;

/** Defaults of `startApp`: a slow engine on a busy machine must not look like an outage. */
export const patient = { ENGINE_DEADLINE_MS: '4000' };

/** Production settings, except for COOKIE_SECURE: tests use plain HTTP. */
export function productionSettings(databaseUrl: string, engineUrl: string): Settings {
  return {
    DATABASE_URL: databaseUrl,
    ENGINE_URL: engineUrl,
    OPERATOR_KEY,
    SESSION_SECRETS: randomBytes(32).toString('base64'),
    SESSION_SEALING_KEYS: randomBytes(32).toString('base64'),
    GAME_SERVER_KEY,
    COOKIE_SECURE: 'false',
    // All requests of a test file come from one address.
    SIGN_UPS_PER_ADDRESS: '100000',
    GUESTS_PER_ADDRESS: '100000',
  };
}
