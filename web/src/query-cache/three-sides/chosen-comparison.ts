import { effect } from '@preact/signals';
import { createComparison } from '../../sides/comparison.js';
import { path } from '../request/query-requests.js';

/** Of the question in the form. */
export const chosenComparison = createComparison();

effect(() => {
  // Times of another question say nothing about this one.
  if (path.value !== '') chosenComparison.clear();
});
