import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import type { RenderProblem } from './problem.js';

/** Options of `ProblemsModule.forRoot`. */
export interface ProblemsOptions {
  /** For example `({ status, detail }, response) => response.json({ statusCode: status, message: detail })`. */
  render: RenderProblem;
}

export const { ConfigurableModuleClass: ProblemsModuleBase, MODULE_OPTIONS_TOKEN: PROBLEMS_OPTIONS } =
  new ConfigurableModuleBuilder<ProblemsOptions>()
    .setClassMethodName('forRoot')
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();

/** Import it once to answer the errors of all modules in a format of your own instead of RFC 9457. */
@Module({ exports: [PROBLEMS_OPTIONS] })
export class ProblemsModule extends ProblemsModuleBase {}
