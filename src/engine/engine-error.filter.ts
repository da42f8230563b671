import { Catch } from '@nestjs/common';
import { ProblemFilter } from '../common/index.js';
import { EngineError } from './engine.errors.js';

/** Answers a failed call to an engine with 503. */
@Catch(EngineError)
export class EngineErrorFilter extends ProblemFilter<EngineError['code']> {
  protected readonly statuses = {
    E_ENGINE_UNAVAILABLE: 503,
  };
}
