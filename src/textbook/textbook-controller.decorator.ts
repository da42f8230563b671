import { applyDecorators, Controller, UseFilters, UsePipes } from '@nestjs/common';
import { ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { validationPipe } from '../common/index.js';
import { TextbookErrorFilter } from './textbook.errors.js';

/** A controller with the validation and the error answers of the application. `codes` are further reasons of a 503. */
export const TextbookController = (path: string, ...codes: string[]) =>
  applyDecorators(
    ApiTags('textbook'),
    ApiServiceUnavailableResponse({
      description: ['E_TEXTBOOK_BUSY', 'E_TEXTBOOK_ENGINE', ...codes].join(', '),
    }),
    UseFilters(TextbookErrorFilter),
    UsePipes(validationPipe),
    Controller(path),
  );
