export { BearerKeys } from './bearer-keys.js';
export { ProblemFilter } from './problem.filter.js';
export {
  type CodedError,
  type FieldError,
  InvalidInputError,
  type Problem,
  sendProblem,
  sendUnexpected,
} from './problem.js';
export { withTimeLimit } from './time-limit.js';
export { validationPipe } from './validation.pipe.js';
