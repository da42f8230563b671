import { existsSync } from 'node:fs';
import { findConflicts } from './config.conflicts.js';
import { ENGINE_SETTINGS, type Environment, environmentSchema } from './config.schema.js';

/** All settings, validated and frozen. */
export type Config = Readonly<Environment>;

/** Lists every missing or invalid setting with what to do. It never contains their values. */
export class ConfigError extends Error {
  readonly code = 'E_CONFIG';

  constructor(readonly problems: readonly string[]) {
    super(
      [
        `${problems.length} ${problems.length === 1 ? 'setting needs' : 'settings need'} your attention:`,
        ...problems,
      ]
        .join('\n  ')
        .concat('\nSee .env.example for every setting and its default; `npm start` brings its own.'),
    );
    this.name = 'ConfigError';
  }
}

const SETTINGS = Object.keys(environmentSchema.shape) as (keyof Environment)[];

const MISSING: Partial<Record<keyof Environment, string>> = {
  DATABASE_URL: 'is missing. Write postgres://user:password@host:5432/database.',
  ENGINE_URL: 'is missing. Write for example valkey://127.0.0.1:6379/0.',
};

/**
 * Reads every setting from an environment; an empty string counts as not set.
 *
 * @throws {ConfigError} listing every problem at once.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const text = environment[setting] || undefined;
    const result = environmentSchema.shape[setting].safeParse(text);
    if (result.success) settings[setting] = result.data;
    else problems.push(`${setting} ${explain(setting, text, result.error.issues[0]?.message)}`);
  }
  for (const { setting, problem } of findConflicts(settings)) problems.push(`${setting} ${problem}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(settings as Environment);
}

function explain(setting: keyof Environment, text: string | undefined, message = 'is not valid.'): string {
  if (text !== undefined) return message;
  return MISSING[setting] ?? 'is missing. Make one with: openssl rand -base64 32';
}

type EngineRole = keyof typeof ENGINE_SETTINGS;
type EngineUrls = Pick<Config, 'ENGINE_URL' | (typeof ENGINE_SETTINGS)[EngineRole]>;

/** The engine address of each role. */
export function engineAddresses(config: EngineUrls): Record<EngineRole, Config['ENGINE_URL']> {
  const roles = Object.keys(ENGINE_SETTINGS) as EngineRole[];
  const addressOf = (role: EngineRole) => config[engineSetting(config, role)] ?? config.ENGINE_URL;
  return Object.fromEntries(roles.map((role) => [role, addressOf(role)])) as ReturnType<
    typeof engineAddresses
  >;
}

/** The setting to correct when the engine of a role is wrong. */
export function engineSetting(
  config: EngineUrls,
  role: string,
): 'ENGINE_URL' | (typeof ENGINE_SETTINGS)[EngineRole] {
  const own = role in ENGINE_SETTINGS ? ENGINE_SETTINGS[role as EngineRole] : 'ENGINE_URL';
  return config[own] ? own : 'ENGINE_URL';
}

/** Reads the environment and, for variables that it does not set, the file `.env`. */
export function readProcessConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}
