import { StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldError, InvalidInputError } from './problems.js';

const NO_BODY = 'send JSON with Content-Type: application/json';

/** Checks every argument that carries a schema (`@Body({ schema })`); wrong ones are answered 422 with their fields. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new InvalidInputError(
        issues.map(({ message, path = [] }): FieldError => ({
          field: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
          message: path.length === 0 && message.endsWith('received undefined') ? NO_BODY : message,
        })),
      ),
  });
}
