export { configureHttp } from './configure.js';
export { HealthService } from './health.service.js';
export { HttpModule } from './http.module.js';
export type { HttpOptions } from './http.options.js';
export { OperatorGuard } from './operator.guard.js';
export { Operators } from './operators.js';
export { comesFromOurPages } from './same-origin.js';
export type { Problem, ProblemCode } from './problems.js';
