import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../../common/index.js';

export class BurstRunningError extends Error {
  readonly code = 'E_BURST_RUNNING';

  constructor() {
    super('A burst is running on this node. Wait until it has ended: at most 30 s.');
    this.name = 'BurstRunningError';
  }
}

@Catch(BurstRunningError, InvalidInputError)
export class BurstErrorFilter extends ProblemFilter<BurstRunningError['code'] | InvalidInputError['code']> {
  protected readonly statuses = { E_INVALID: 422, E_BURST_RUNNING: 409 };
}
