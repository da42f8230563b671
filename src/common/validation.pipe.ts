import { StandardSchemaValidationPipe } from '@nestjs/common';
import { InvalidInputError } from './problem.js';

const NO_BODY = 'send JSON with Content-Type: application/json';

/** For `@UsePipes`: checks every argument that has a schema, as in `@Body({ schema })`. @throws {InvalidInputError} with the invalid fields */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new InvalidInputError(
      issues.map(({ message, path = [] }) => ({
        field: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
        message: path.length === 0 && message.endsWith('received undefined') ? NO_BODY : message,
      })),
    ),
});
