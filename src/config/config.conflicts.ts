import { CONFLICTS, type Environment, SECRETS } from './config.schema.js';
import type { Say } from './settings/settings.js';

/** Secrets that `npm start` and the examples use. Without DEMO=true they are refused. */
const KNOWN_SECRETS = new Set(['demo-game-server-key', 'demo-operator-key', 'change-me']);
const SHORTEST_SECRET = 32;

/** A setting that is valid alone but conflicts with another. */
export interface Conflict {
  setting: string;
  problem: string;
}

/** Checks that need more than one setting. Accepts partly valid settings, so that all problems are reported at once. */
export function findConflicts(settings: Partial<Environment>): Conflict[] {
  const conflicts: Conflict[] = [];
  const say = (setting: string, problem: string) => conflicts.push({ setting, problem });
  for (const find of CONFLICTS) find(settings, say);
  findSharedSecrets(settings, say);
  if (!settings.DEMO) findWeakSecrets(settings, say);
  return conflicts;
}

/** A leaked secret must not be valid for a second purpose. */
function findSharedSecrets(settings: Partial<Environment>, say: Say): void {
  const owners = new Map<string, string>();
  for (const setting of SECRETS) {
    for (const secret of new Set((settings[setting] ?? []).map(withoutBase64Dialect))) {
      const owner = owners.get(secret) ?? setting;
      owners.set(secret, owner);
      if (owner !== setting)
        say(setting, `shares a secret with ${owner}. Make one with: openssl rand -base64 32`);
    }
  }
}

/** The same key can be written in base64 or base64url, with or without padding. */
function withoutBase64Dialect(secret: string): string {
  return secret.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
}

function findWeakSecrets(settings: Partial<Environment>, say: Say): void {
  for (const setting of SECRETS) {
    const secrets = settings[setting] ?? [];
    if (secrets.some((secret) => KNOWN_SECRETS.has(secret))) {
      say(setting, 'is a published default. Make your own with: openssl rand -base64 32');
    } else if (secrets.some((secret) => secret.length < SHORTEST_SECRET)) {
      say(setting, `is shorter than ${SHORTEST_SECRET} characters. Make one with: openssl rand -base64 32`);
    }
  }
}
