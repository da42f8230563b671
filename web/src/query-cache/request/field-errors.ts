import { computed } from '@preact/signals';
import { errorOf } from '../../http/field.js';
import { invalidation } from '../invalidation/invalidate.js';
import { newFlight } from '../new-flight/new-flight.js';
import { bursts } from '../three-sides/bursts.js';
import { chosenComparison } from '../three-sides/chosen-comparison.js';
import type { FlightArguments } from './flight-queries.js';
import { requestProblem } from './query-requests.js';

/** How the routes name the fields of the form. */
const names: Record<keyof FlightArguments, string[]> = {
  origin: ['origin', 'airport'],
  destination: ['destination'],
  flightId: ['id', 'flightId'],
};
export const formFields = Object.values(names).flat();

/** Of all panels of the view: each of them sends what the form has. */
const problems = computed(() => [
  requestProblem.value,
  newFlight.value.kind === 'refused' ? newFlight.value.problem : null,
  invalidation.value?.ok === false ? invalidation.value.problem : null,
  ...bursts.value.map(({ problem }) => problem),
  ...Object.values(chosenComparison.states.value).map((state) =>
    state.kind === 'failed' ? state.problem : null,
  ),
]);

export function errorIn(field: keyof FlightArguments): string | undefined {
  const fields = names[field].flatMap((name) => [name, `args.${name}`, `question.${name}`]);
  return problems.value.map((problem) => errorOf(problem, ...fields)).find((error) => error !== undefined);
}
