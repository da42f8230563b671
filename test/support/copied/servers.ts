import type { TestProject } from 'vitest/node';
import { startEngine, startPostgres } from '../../../local/index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The servers of the tests that travel with a module: their ENGINE_URL and DATABASE_URL. */
    servers: { ENGINE_URL: string; DATABASE_URL: string };
  }
}

/** Starts the servers that a service has: Redis and an empty PostgreSQL database. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const [engine, postgres] = await Promise.all([startEngine('redis'), startPostgres()]);
  project.provide('servers', { ENGINE_URL: engine.url, DATABASE_URL: postgres.url });
  return async () => void (await Promise.all([engine.stop(), postgres.stop()]));
}
