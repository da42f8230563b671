import { integer } from '../values/text.js';

/** Settings of src/demo. */
export const demoSettings = {
  SIGN_IN_FAILURES_PER_ACCOUNT: integer(1, 100_000).default(10),
  SIGN_IN_FAILURES_PER_ADDRESS: integer(1, 100_000).default(100),
  SIGN_UPS_PER_ADDRESS: integer(1, 100_000).default(20),
  DATASET_ROWS: integer(1, 3_000_000).default(3_000_000),
};
