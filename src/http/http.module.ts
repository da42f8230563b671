import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Drain } from './drain.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { HttpModuleBase } from './http.options.js';
import { Operators } from './operators/operators.js';
import { Origins } from './origins/origins.js';
import { UncaughtFilter } from './requests/uncaught.filter.js';

/** What concerns every request, whichever module answers it: origins, operators, health, draining, errors that no module answers. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [Drain, HealthService, Operators, Origins, { provide: APP_FILTER, useClass: UncaughtFilter }],
  exports: [Drain, HealthService, Operators, Origins],
})
export class HttpModule extends HttpModuleBase {}
