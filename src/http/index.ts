export { configureHttp } from './configure.js';
export type { ApiTitle } from './open-api.js';
export { Drain } from './drain.js';
export { HealthService } from './health/health.service.js';
export { HttpModule } from './http.module.js';
export { HTTP_OPTIONS, type HttpOptions } from './http.options.js';
export { OperatorGuard } from './operators/operator.guard.js';
export { Operators } from './operators/operators.js';
export { Origins } from './origins/origins.js';
