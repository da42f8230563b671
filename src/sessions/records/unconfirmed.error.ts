import { EngineError } from '../../engine/index.js';

/** No replica confirms that the server is still the primary, so that it does not have something proves nothing. */
export class UnconfirmedError extends EngineError {
  constructor() {
    super(
      'refused',
      'No replica confirms that this server is still the primary, so it is unknown whether the session exists. Try again in a moment.',
    );
    this.name = 'UnconfirmedError';
  }
}
