import { inject } from 'vitest';

// The tests that travel with a module read the environment, as they do in a service.
Object.assign(process.env, inject('servers'));
