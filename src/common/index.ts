export { BearerKeys } from './bearer-keys.js';
export { configurableModule, isProvided } from './configurable-module.js';
export { ModuleSetupError } from './module-setup.error.js';
export { networkOf } from './network.js';
export { keyPrefixOption, keysOption, wholeOption } from './option-schemas.js';
export { requireExpress, requireSocketIo } from './platform.js';
export { ProblemFilter } from './problem.filter.js';
export {
  type CodedError,
  type FieldError,
  InvalidInputError,
  type Problem,
  type RenderProblem,
  sendProblem,
  sendUnexpected,
} from './problem.js';
export { ProblemsModule, type ProblemsOptions } from './problems.module.js';
export { SharedRuns } from './shared-runs.js';
export { withTimeLimit } from './time-limit.js';
export { validationPipe } from './validation.pipe.js';
