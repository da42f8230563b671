import type { TestProject } from 'vitest/node';
import { startEngine, startPostgres } from '../../local/index.js';
import { ensureEngine } from '../../local/installation/ensure-engine.js';

declare module 'vitest' {
  interface ProvidedContext {
    servers: { ENGINE_URL: string; DATABASE_URL: string };
  }
}

/** Starts the servers of all tests: Valkey or Redis, and PostgreSQL. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { kind } = await ensureEngine(['valkey', 'redis'], console.log);
  const [engine, postgres] = await Promise.all([startEngine(kind), startPostgres()]);
  project.provide('servers', { ENGINE_URL: engine.url, DATABASE_URL: postgres.url });
  return async () => void (await Promise.all([engine.stop(), postgres.stop()]));
}
