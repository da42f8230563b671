import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError, InvalidInputError } from './problem.js';

const NO_BODY = 'send JSON with Content-Type: application/json';

/** For `@UsePipes`: checks every argument that has a schema, as in `@Body({ schema })`. @throws {InvalidInputError} with the invalid fields */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => new InvalidInputError(issues.flatMap(fieldErrors)),
});

interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}

function fieldErrors(issue: Issue): FieldError[] {
  const { message, path = [] } = issue;
  const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
  const unknown = unknownFieldsOf(issue);
  if (unknown.length > 0)
    return unknown.map((name) => ({ field: [...steps, name].join('.'), message: 'is unknown' }));
  const isWithout = steps.length === 0 && message.endsWith('received undefined');
  return [{ field: steps.join('.'), message: isWithout ? NO_BODY : message }];
}

/** Zod reports unknown fields at their object, and lists their names. */
function unknownFieldsOf(issue: Issue): string[] {
  const isUnknown = 'code' in issue && issue.code === 'unrecognized_keys';
  return isUnknown && 'keys' in issue ? (issue.keys as string[]) : [];
}
