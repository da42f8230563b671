import { ELASTICACHE } from './elasticache.js';
import { OTHER_SERVICES } from './other-services.js';
import type { Profile } from './profile.js';

/** All profiles of managed services. */
export const PROFILES: readonly Profile[] = [...ELASTICACHE, ...OTHER_SERVICES];

export const PROFILE_NAMES: readonly string[] = PROFILES.map(({ name }) => name);

/** Throws an error that lists the names when no profile has this one. */
export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((one) => one.name === name);
  if (!profile) throw new Error(`The profile must be one of ${PROFILE_NAMES.join(', ')}, not "${name}".`);
  return profile;
}
