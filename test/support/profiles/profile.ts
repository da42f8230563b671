import type { EngineKind, Profile } from '../../../local/index.js';
// Vitest's configuration loads this file, for which all of local/ would be too much.
import { profileNamed } from '../../../local/profiles/catalog.js';

const name = process.env['TEST_PROFILE'];

/** The profile of a managed service that the modules' suites run on, from TEST_PROFILE. Undefined in other runs. */
export const PROFILE: Profile | undefined = name ? profileNamed(name) : undefined;

/** In a run on a profile: the first of the kinds that its service offers, or the first. */
export function kindsOfRun(kinds: readonly EngineKind[]): EngineKind[] {
  if (!PROFILE) return [...kinds];
  const offered = kinds.find((kind) => PROFILE.kinds.includes(kind)) ?? kinds[0];
  return offered ? [offered] : [];
}
