import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { InvalidInputError, sendProblem, sendUnexpected } from '../../common/index.js';
import { RequestRefusedError, type RequestRefusedCode } from './request-refused.error.js';

const REFUSED_STATUS: Record<RequestRefusedCode, number> = {
  E_MALFORMED_JSON: 400,
  E_BAD_REQUEST: 400,
  E_KEY_REQUIRED: 401,
  E_CROSS_SITE: 403,
  E_HOST_UNKNOWN: 403,
  E_NOT_FOUND: 404,
  E_TOO_LARGE: 413,
  E_UNSUPPORTED_MEDIA_TYPE: 415,
};

const CODE_BY_STATUS: Record<number, RequestRefusedCode> = {
  400: 'E_BAD_REQUEST',
  404: 'E_NOT_FOUND',
  413: 'E_TOO_LARGE',
  415: 'E_UNSUPPORTED_MEDIA_TYPE',
};

/** Answers what no module's own filter answers: unreadable requests, unknown routes, invalid input of other routes, and faults of the application. */
@Catch()
export class UncaughtFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const refusal = error instanceof HttpException ? explain(error, request) : error;
    if (refusal instanceof RequestRefusedError) sendProblem(response, REFUSED_STATUS[refusal.code], refusal);
    else if (error instanceof InvalidInputError) sendProblem(response, 422, error);
    else sendUnexpected(request, response, error);
  }
}

/** Nest's own messages repeat parts of the request. */
function explain(error: HttpException, { method, path }: Request): RequestRefusedError | undefined {
  const code = CODE_BY_STATUS[error.getStatus()];
  const detail =
    code === 'E_NOT_FOUND'
      ? `There is no ${method} ${path}. See /docs for what there is.`
      : 'The request could not be read. Check its path, headers and encoding.';
  return code && new RequestRefusedError(code, detail);
}
