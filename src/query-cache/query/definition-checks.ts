import { LONGEST_LIFE_SECONDS } from './query-definition.js';

interface Settings {
  name: string;
  ttlSeconds: number;
  staleSeconds: number;
  negativeTtlSeconds: number;
  negativeStaleSeconds: number;
  softTimeoutSeconds: number;
  loadTimeoutSeconds: number;
  schemaVersion: number;
}

/** What is wrong with a definition, and what to write instead; undefined when all is well. */
export function checkDefinition(settings: Settings, concurrentLoads = 1): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(settings.name))
    return 'needs a name of at most 64 letters, digits, dots and dashes.';
  return checkLifetimes(settings) ?? checkLoads(settings, concurrentLoads);
}

function checkLifetimes(settings: Settings): string | undefined {
  const { ttlSeconds, staleSeconds, negativeTtlSeconds, negativeStaleSeconds } = settings;
  const problem =
    checkWhole('ttlSeconds', ttlSeconds, 1) ??
    checkWhole('staleSeconds', staleSeconds, 0) ??
    checkWhole('negativeTtlSeconds', negativeTtlSeconds, 1) ??
    checkWhole('schemaVersion', settings.schemaVersion, 0);
  const life = Math.max(ttlSeconds + staleSeconds, negativeTtlSeconds + negativeStaleSeconds);
  if (problem || life <= LONGEST_LIFE_SECONDS) return problem;
  return `would keep answers for ${life} seconds. Use at most ${LONGEST_LIFE_SECONDS} for ttlSeconds and staleSeconds together.`;
}

function checkLoads(settings: Settings, concurrentLoads: number): string | undefined {
  const { loadTimeoutSeconds, softTimeoutSeconds } = settings;
  if (!(loadTimeoutSeconds > 0 && loadTimeoutSeconds <= 3_600))
    return `has loadTimeoutSeconds ${loadTimeoutSeconds}. Use more than 0, at most 3600.`;
  if (!(softTimeoutSeconds >= 0 && softTimeoutSeconds <= loadTimeoutSeconds))
    return `has softTimeoutSeconds ${softTimeoutSeconds}. Use 0 or more, at most loadTimeoutSeconds.`;
  if (!(Number.isInteger(concurrentLoads) && concurrentLoads >= 1))
    return `has concurrentLoads ${concurrentLoads}. Use a whole number from 1.`;
  return undefined;
}

function checkWhole(setting: string, value: number, least: number): string | undefined {
  if (Number.isInteger(value) && value >= least && value <= LONGEST_LIFE_SECONDS) return undefined;
  return `has ${setting} ${value}. Use a whole number from ${least} to ${LONGEST_LIFE_SECONDS}.`;
}
