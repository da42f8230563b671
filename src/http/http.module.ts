import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { Drain } from './drain.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { HttpModuleBase } from './http.options.js';
import { Operators } from './operators.js';
import { Origins } from './origins.js';
import { ProblemFilter } from './problem.filter.js';
import { createValidationPipe } from './validation.pipe.js';

/** What every request meets, whichever module answers it: validation, problem details, operators, health, draining. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [
    Drain,
    HealthService,
    Operators,
    Origins,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: createValidationPipe },
  ],
  exports: [Drain, HealthService, Operators],
})
export class HttpModule extends HttpModuleBase {}
