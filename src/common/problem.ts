import { type ServerResponse, STATUS_CODES } from 'node:http';
import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';

/** The body of every error answer: RFC 9457 with a stable `code` and, for invalid input, the fields. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  /** For example `E_BOARD_UNKNOWN`. */
  code: string;
  /** What failed and what to do. */
  detail: string;
  errors?: readonly FieldError[];
}

/** One invalid field of a request. */
export interface FieldError {
  /** Dotted path, for example `scores.3.playerId`; empty for the whole. */
  field: string;
  message: string;
}

/** An error that is answered to the client: its message says what failed and what to do, and repeats no secret. */
export interface CodedError extends Error {
  code: string;
  errors?: readonly FieldError[];
  /** For 429 and 503; 1 if absent. */
  retryAfterSeconds?: number;
}

/** Input of the wrong shape; answered 422 with each invalid field named. */
export class InvalidInputError extends Error {
  readonly code = 'E_INVALID';

  constructor(readonly errors: readonly FieldError[]) {
    super(`Correct ${errors.map(({ field, message }) => `${field || 'the body'}: ${message}`).join('; ')}`);
    this.name = 'InvalidInputError';
  }
}

const UNEXPECTED = 'Something failed that should not have; it has been logged. Try again.';
const logger = new Logger('Http');

/** Logs a fault of the application and answers 500 without its message. */
export function sendUnexpected(
  request: Request,
  response: Response,
  error: unknown,
  render?: RenderProblem,
): void {
  const [path] = request.originalUrl.split('?');
  logger.error(`${request.method} ${path} failed`, error instanceof Error ? error.stack : String(error));
  sendProblem(response, 500, { name: 'Error', code: 'E_INTERNAL', message: UNEXPECTED }, render);
}

/** Sends a problem in a format of the application. The status and headers such as `Retry-After` are set. */
export type RenderProblem = (problem: Problem, response: Response) => void;

/**
 * Sends `application/problem+json`, with `Retry-After` for 429 and 503 and `WWW-Authenticate` for 401. Uses only what Express's response
 * and Fastify's reply have in common.
 */
export function sendProblem(
  response: Response,
  status: number,
  error: CodedError,
  render: RenderProblem = sendJson,
): void {
  const stream: ServerResponse = 'raw' in response ? (response.raw as ServerResponse) : response;
  // Part of another answer is on its way; all that is left is to end it.
  if (stream.headersSent) {
    stream.end();
    return;
  }
  const { code, message, errors, retryAfterSeconds = 1 } = error;
  if (status === 429 || status === 503) response.header('Retry-After', String(retryAfterSeconds));
  if (status === 401) response.header('WWW-Authenticate', code === 'E_KEY_REQUIRED' ? 'Bearer' : 'Cookie');
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = {
    type: 'about:blank',
    title,
    status,
    code,
    detail: message,
    ...(errors && { errors }),
  };
  response.status(status);
  render(problem, response);
}

function sendJson(problem: Problem, response: Response): void {
  response.type('application/problem+json').send(JSON.stringify(problem));
}
