import { inject } from 'vitest';

// The tests of the modules read the environment.
Object.assign(process.env, inject('servers'));
