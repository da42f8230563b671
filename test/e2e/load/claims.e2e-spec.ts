import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../load/scenarios.js';
import { CLAIMS } from '../../../src/demo/console/claims/claims.js';

describe('the claims of the console', () => {
  it('name scenarios that npm run load has', () => {
    const names = SCENARIOS.map(({ name }) => name);
    for (const { scenario } of CLAIMS) expect(names).toContain(scenario);
  });
});
