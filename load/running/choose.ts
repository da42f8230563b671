import type { LoadOptions } from '../options.js';
import type { Scenario } from '../scenario.js';

/** The scenarios that run: those that are named, or else all, with --quick without the long ones. */
export function choose(
  scenarios: readonly Scenario[],
  { scenarios: names, quick }: Pick<LoadOptions, 'scenarios' | 'quick'>,
): { chosen: Scenario[]; leftOut: Scenario[] } {
  if (names.length > 0) return { chosen: scenarios.filter(({ name }) => names.includes(name)), leftOut: [] };
  return {
    chosen: scenarios.filter(({ isLong }) => !(quick && isLong)),
    leftOut: scenarios.filter(({ isLong }) => quick && isLong),
  };
}
