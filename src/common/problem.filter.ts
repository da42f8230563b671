import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type CodedError, sendProblem, sendUnexpected } from './problem.js';

/**
 * Answers the errors of one module. Extend it with `@Catch(…)` and the status of each code, and provide it in the module as `APP_FILTER`:
 * then it also serves other modules' controllers that call this module. Codes with the status 500 are faults of the application: they
 * are logged, and the answer does not show their message.
 */
export abstract class ProblemFilter<Code extends string> implements ExceptionFilter {
  protected abstract readonly statuses: Readonly<Record<Code, number>>;

  catch(error: CodedError & { code: Code }, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const status = this.statuses[error.code];
    this.setHeaders(response, error);
    if (status === 500) sendUnexpected(http.getRequest<Request>(), response, error);
    else sendProblem(response, status, error);
  }

  /** For errors whose answers have headers of their own. */
  protected setHeaders(_response: Response, _error: CodedError): void {}
}
