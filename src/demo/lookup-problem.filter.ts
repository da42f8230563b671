import type { Response } from 'express';
import { type CodedError, ProblemFilter } from '../common/index.js';
import { describeLookup, type Lookup } from '../query-cache/index.js';

/** For errors that are a cached answer, such as "there is no such flight": they have the headers of one. */
export abstract class LookupProblemFilter<Code extends string> extends ProblemFilter<Code> {
  protected override setHeaders(response: Response, error: CodedError & { lookup?: Lookup }): void {
    if (error.lookup) describeLookup(response, error.lookup);
  }
}
