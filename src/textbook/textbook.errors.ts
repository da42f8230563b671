import { applyDecorators, Catch } from '@nestjs/common';
import { ApiCookieAuth, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { InvalidInputError, ProblemFilter } from '../common/index.js';

type TextbookErrorCode = 'E_NO_SESSION' | 'E_PLAYER_NOT_RANKED' | 'E_TEXTBOOK_ENGINE' | 'E_TEXTBOOK_BUSY';

/** A request to the textbook side that is not served. The message says what to do. */
export class TextbookError extends Error {
  constructor(
    readonly code: TextbookErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'TextbookError';
  }
}

export function playerNotRanked(): TextbookError {
  return new TextbookError('E_PLAYER_NOT_RANKED', 'Submit a score of this player first.');
}

/** Bound to the controllers: among the global filters that of the `http/` folder, which catches everything, would come first. */
@Catch(TextbookError, InvalidInputError)
export class TextbookErrorFilter extends ProblemFilter<TextbookErrorCode | InvalidInputError['code']> {
  protected readonly statuses = {
    E_INVALID: 422,
    E_NO_SESSION: 401,
    E_PLAYER_NOT_RANKED: 404,
    E_TEXTBOOK_ENGINE: 503,
    E_TEXTBOOK_BUSY: 503,
  };
}

/** For OpenAPI: the route needs the cookie of a textbook session. */
export const ApiVisitorAuth = () =>
  applyDecorators(
    ApiCookieAuth('textbook-session'),
    ApiUnauthorizedResponse({ description: 'E_NO_SESSION' }),
  );
