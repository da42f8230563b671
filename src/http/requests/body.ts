import { type ErrorRequestHandler, json, type RequestHandler } from 'express';
import { RequestRefusedError } from './request-refused.error.js';

const LIMIT_KB = 64;
const SCORES_LIMIT_KB = 512;
const SCORES_PATH = /^\/api\/leaderboards\/[^/]+\/scores$/;

/** The second is the media type of RFC 7396. */
const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

const readBody = json({ limit: `${LIMIT_KB}kb`, type: JSON_TYPES });
const readScores = json({ limit: `${SCORES_LIMIT_KB}kb` });

/** Reads a JSON body of at most 64 KB, or 512 KB for a batch of scores. */
export const readJsonBody: RequestHandler = (request, response, next) =>
  (SCORES_PATH.test(request.path) ? readScores : readBody)(request, response, next);

/** Explains what is wrong with a body. The parser's own messages would repeat parts of it. */
export const explainBodyError: ErrorRequestHandler = (error: unknown, _request, _response, next) =>
  next(isParserError(error) ? describe(error) : error);

interface ParserError extends Error {
  type: string;
  limit?: number;
}

function isParserError(error: unknown): error is ParserError {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' && 'status' in error;
}

function describe({ type, limit = 0 }: ParserError): RequestRefusedError {
  switch (type) {
    case 'entity.too.large':
      return new RequestRefusedError(
        'E_TOO_LARGE',
        `The body is larger than ${limit / 1024} KB. Send less at a time.`,
      );
    case 'entity.parse.failed':
      return new RequestRefusedError(
        'E_MALFORMED_JSON',
        'The body is neither a JSON object nor a JSON array. Check its brackets, quotes and commas.',
      );
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new RequestRefusedError(
        'E_UNSUPPORTED_MEDIA_TYPE',
        'Send the body as UTF-8 JSON, with gzip or no compression.',
      );
    default:
      return new RequestRefusedError(
        'E_BAD_REQUEST',
        'The body could not be read. Send it whole, with its Content-Length.',
      );
  }
}
