import { describe } from 'vitest';
import { describeCopies } from './bare-services.js';

describe('a bare Nest service with ES modules', () => {
  describeCopies('esm');
});
