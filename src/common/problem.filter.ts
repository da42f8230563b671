import { type ArgumentsHost, type ExceptionFilter, Inject, Optional } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type CodedError, sendProblem, sendUnexpected } from './problem.js';
import { PROBLEMS_OPTIONS, type ProblemsOptions } from './problems.module.js';

/**
 * Answers the errors of one module. Extend it with `@Catch(…)` and the status of each code, and provide it in the module as `APP_FILTER`:
 * then it also serves other modules' controllers that call this module. Codes with the status 500 are faults of the application: they
 * are logged, and the answer does not show their message.
 */
export abstract class ProblemFilter<Code extends string> implements ExceptionFilter {
  protected abstract readonly statuses: Readonly<Record<Code, number>>;

  @Optional()
  @Inject(PROBLEMS_OPTIONS)
  private readonly problems?: ProblemsOptions;

  catch(error: CodedError & { code: Code }, host: ArgumentsHost): void {
    // Nest's own filters then answer: for GraphQL and microservices.
    if (host.getType() !== 'http') return;
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const status = this.statuses[error.code];
    this.setHeaders(response, error);
    if (status === 500) sendUnexpected(http.getRequest<Request>(), response, error, this.problems?.render);
    else sendProblem(response, status, error, this.problems?.render);
  }

  /** For errors whose answers have headers of their own. */
  protected setHeaders(_response: Response, _error: CodedError): void {}
}
