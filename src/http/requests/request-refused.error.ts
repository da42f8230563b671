export type RequestRefusedCode =
  | 'E_MALFORMED_JSON'
  | 'E_BAD_REQUEST'
  | 'E_KEY_REQUIRED'
  | 'E_CROSS_SITE'
  | 'E_HOST_UNKNOWN'
  | 'E_NOT_FOUND'
  | 'E_TOO_LARGE'
  | 'E_UNSUPPORTED_MEDIA_TYPE';

/** A request that is refused before any module sees it; the message says what to do. */
export class RequestRefusedError extends Error {
  constructor(
    readonly code: RequestRefusedCode,
    message: string,
  ) {
    super(message);
    this.name = 'RequestRefusedError';
  }
}
