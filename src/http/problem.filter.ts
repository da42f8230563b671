import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { describeLookup, type Lookup } from '../query-cache/index.js';
import { type FieldError, type Problem, PROBLEM_STATUS, type ProblemCode } from './problems.js';

const RETRY_AFTER_SECONDS = 1;

const CODE_BY_STATUS: Record<number, ProblemCode> = {
  400: 'E_BAD_REQUEST',
  404: 'E_NOT_FOUND',
  413: 'E_TOO_LARGE',
  415: 'E_UNSUPPORTED_MEDIA_TYPE',
};

/** The one place where an error becomes an answer: `application/problem+json`, no stack, no value from the request. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const request = host.switchToHttp().getRequest<Request>();
    const problem = describeProblem(error, request);
    if (problem.code === 'E_INTERNAL')
      this.logger.error(`${request.method} ${request.path} failed`, stackOf(error));
    if (response.headersSent) {
      response.end();
      return;
    }
    if (problem.status === 429 || problem.status === 503) {
      response.set('Retry-After', String(retryAfterSecondsOf(error)));
    }
    if (problem.status === 401)
      response.set('WWW-Authenticate', problem.code === 'E_KEY_REQUIRED' ? 'Bearer' : 'Cookie');
    // That there is nothing is an answer of the cache, too.
    if (hasLookup(error)) describeLookup(response, error.lookup);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

export function describeProblem(error: unknown, request: Pick<Request, 'method' | 'path'>): Problem {
  if (isCoded(error)) {
    const { code, message, errors } = error;
    return { ...problem(code, message), ...(errors && { errors }) };
  }
  if (isMissingTable(error))
    return problem('E_DATABASE_UNAVAILABLE', 'The tables are being made. Try again in a moment.');
  if (error instanceof HttpException) {
    const code = CODE_BY_STATUS[error.getStatus()] ?? 'E_INTERNAL';
    if (code === 'E_NOT_FOUND') {
      return problem(code, `There is no ${request.method} ${request.path}. See /docs for what there is.`);
    }
    return problem(code, code === 'E_INTERNAL' ? UNEXPECTED : UNREADABLE);
  }
  return problem('E_INTERNAL', UNEXPECTED);
}

const UNREADABLE = 'The request could not be read. Check its path, headers and encoding.';
const UNEXPECTED = 'Something failed that should not have; it has been logged. Try again.';

function problem(code: ProblemCode, detail: string): Problem {
  const status = PROBLEM_STATUS[code];
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail };
}

function isCoded(error: unknown): error is Error & { code: ProblemCode; errors?: FieldError[] } {
  return error instanceof Error && 'code' in error && Object.hasOwn(PROBLEM_STATUS, String(error.code));
}

/** PostgreSQL's 42P01: asked before the migrations ran, which they do as soon as the database is there. */
function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01';
}

function retryAfterSecondsOf(error: unknown): number {
  return error instanceof Error && 'retryAfterSeconds' in error
    ? Number(error.retryAfterSeconds)
    : RETRY_AFTER_SECONDS;
}

function hasLookup(error: unknown): error is { lookup: Lookup } {
  return typeof error === 'object' && error !== null && 'lookup' in error && error.lookup !== undefined;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
